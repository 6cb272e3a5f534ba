import { Worker } from 'node:worker_threads'
import type { SpeechDone, SpeechJob } from './speech-thread.ts'

/** Part of every file's name: change it when the way speech is made changes. */
export const VOICE = 'flite-slt-1'

interface Waiting {
  resolve(): void
  reject(error: Error): void
}

/** Text to speech in a thread of its own, which lives only while there is work (the model is 21 MB). */
export class Synthesiser {
  readonly #folder: string
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0
  #closed = false

  /** @param folder where unfinished files may be put */
  constructor(folder: string) {
    this.#folder = folder
  }

  speak(text: string, path: string): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('speech is shutting down'))
    const id = this.#lastId += 1
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      const job: SpeechJob = { id, text, path }
      this.#start().postMessage(job)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#worker?.terminate()
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./speech-thread.ts', import.meta.url), {
      name: 'speech', workerData: { folder: this.#folder },
      // WASI is announced as experimental on standard error, once per thread; this use of it is tested.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    this.#worker = worker
    let reason = new Error('the speech thread ended')
    worker.on('message', (done: SpeechDone) => {
      const waiting = this.#waiting.get(done.id)
      this.#waiting.delete(done.id)
      if (done.error === undefined) waiting?.resolve()
      else waiting?.reject(new Error(done.error))
      // Those who waited may ask for more at once; only then is it known to be idle.
      setImmediate(() => {
        if (this.#waiting.size > 0 || this.#worker !== worker) return
        this.#worker = undefined
        void worker.terminate()
      })
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
}
