import { Worker } from 'node:worker_threads'
import type { Transferable } from 'node:worker_threads'

/** What a job thread answers. */
export interface JobDone<R> {
  id: number
  result?: R
  /** What went wrong, if anything. */
  error?: string
  /** Code of the file system, when the error had one. */
  code?: string
}

interface Waiting<R> {
  resolve(result: R): void
  reject(error: Error): void
}

/** A thread without work stays this long: what it has loaded serves the next job, which often comes at once. In milliseconds. */
const LINGER_MS = 2000

/**
 * A thread for work that must not hold up calls, which lives only while there is some and a moment longer. It gets
 * `{ id, job }` messages and answers each with a JobDone.
 */
export class JobThread<J, R> {
  readonly #open: () => Worker
  readonly #waiting = new Map<number, Waiting<R>>()
  #worker: Worker | undefined
  #leaving: NodeJS.Timeout | undefined
  #lastId = 0
  #closed = false

  /** @param open makes the thread */
  constructor(open: () => Worker) {
    this.#open = open
  }

  run(job: J, transfer: Transferable[] = []): Promise<R> {
    if (this.#closed) return Promise.reject(new Error('the server is shutting down'))
    const id = this.#lastId += 1
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#start().postMessage({ id, job }, transfer)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#leaving)
    await this.#worker?.terminate()
  }

  #start(): Worker {
    clearTimeout(this.#leaving)
    this.#worker?.ref()
    if (this.#worker !== undefined) return this.#worker
    const worker = this.#open()
    this.#worker = worker
    let reason = new Error('the thread ended')
    worker.on('message', (done: JobDone<R>) => {
      const waiting = this.#waiting.get(done.id)
      this.#waiting.delete(done.id)
      if (done.error === undefined) waiting?.resolve(done.result as R)
      else waiting?.reject(Object.assign(new Error(done.error), done.code !== undefined && { code: done.code }))
      if (this.#waiting.size === 0 && this.#worker === worker && !this.#closed) this.#leaveLater(worker)
    })
    worker.on('error', (error) => { reason = error instanceof Error ? error : new Error(String(error)) })
    worker.on('exit', () => {
      // One that was sent home has no jobs; a new one may be at work already.
      if (this.#worker !== worker) return
      this.#worker = undefined
      for (const waiting of this.#waiting.values()) waiting.reject(reason)
      this.#waiting.clear()
    })
    return worker
  }

  #leaveLater(worker: Worker): void {
    clearTimeout(this.#leaving)
    this.#leaving = setTimeout(() => {
      if (this.#waiting.size > 0 || this.#worker !== worker) return
      this.#worker = undefined
      void worker.terminate()
    }, LINGER_MS)
    // Nobody waits for it to go.
    this.#leaving.unref()
    worker.unref()
  }
}
