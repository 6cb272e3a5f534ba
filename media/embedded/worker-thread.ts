import { Worker, type Transferable } from 'node:worker_threads'
import { Refusal } from '../../config/errors.ts'
import type { Answer, AnswerTo, Ask, Fault, FromWorker, Notice, OperationName, Request, ToWorker, WorkerSetup } from './protocol.ts'

/** What a worker may fill with short-lived objects before it tidies; per packet it makes hardly any. */
const YOUNG_MB = 8

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** One media worker as the main thread sees it: asks get answers, notices come by themselves. */
export class WorkerThread {
  readonly id: number
  /** Endpoints placed here, for spreading. */
  endpoints = 0
  alive = true
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #outbox: Request[] = []
  #flushing: NodeJS.Immediate | undefined
  #stopping: Promise<void> | undefined
  readonly #hangMs: number
  #watch: NodeJS.Timeout | undefined
  readonly #gone: Promise<void>

  /** @param onDeath called when it ends without having been asked to */
  constructor(setup: WorkerSetup, onNotice: (notice: Notice) => void, onDeath: (reason: string) => void) {
    this.id = setup.id
    this.#hangMs = setup.timing.hangMs
    this.#worker = new Worker(new URL('./worker/main.ts', import.meta.url), {
      workerData: setup, name: `media ${setup.id}`, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    let reason = 'it ended'
    let markReady = (): void => undefined
    let markFailed = (_error: Error): void => undefined
    this.ready = new Promise((resolve, reject) => {
      markReady = resolve
      markFailed = reject
    })
    this.ready.catch(() => undefined)
    const hear = (message: Answer | Notice): void => {
      if ('id' in message) this.#settle(message)
      else if (message.notice === 'ready') {
        this.#watchOver(() => { reason = `it answered nothing for ${this.#hangMs} ms` })
        markReady()
      } else onNotice(message)
    }
    this.#worker.on('message', (messages: FromWorker) => messages.forEach(hear))
    this.#worker.on('error', (error) => { reason = error instanceof Error ? (error.stack ?? error.message) : String(error) })
    this.#gone = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.alive = false
        clearTimeout(this.#watch)
        const error = ended()
        markFailed(error)
        for (const pending of this.#pending.values()) pending.reject(error)
        this.#pending.clear()
        if (this.#stopping === undefined) onDeath(reason)
        resolve()
      })
    })
  }

  /** Leaves at the end of this turn of the loop, together with what else was said in it; at once when something is transferred. */
  ask<K extends OperationName>(op: K, ask: Ask<K>, transfer: readonly Transferable[] = []): Promise<AnswerTo<K>> {
    if (!this.alive) return Promise.reject(ended())
    const id = this.#lastId += 1
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#say({ id, op, ask } as Request)
      if (transfer.length > 0) this.#flush(transfer)
    })
  }

  /** The same without an answer: a fault, which only a bug can be, is told as a notice. */
  tell<K extends OperationName>(op: K, ask: Ask<K>): void {
    if (!this.alive) throw ended()
    this.#say({ id: 0, op, ask } as Request)
  }

  #flush(transfer: readonly Transferable[] = []): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    const batch = this.#outbox
    this.#outbox = []
    if (batch.length > 0 && this.alive) this.#worker.postMessage(batch satisfies ToWorker, transfer)
  }

  #say(request: Request): void {
    this.#outbox.push(request)
    this.#flushing ??= setImmediate(() => this.#flush())
  }

  /** Ends it as a fault would, at once and without clearing up. */
  async kill(): Promise<void> {
    await this.#worker.terminate()
  }

  /** Closes its sockets and files, then the thread. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      clearTimeout(this.#watch)
      const patience = setTimeout(() => void this.kill(), this.#hangMs)
      await this.ask('shutdown', {}).catch(() => undefined)
      await this.#gone
      clearTimeout(patience)
    })()
    return this.#stopping
  }

  /** Asks now and then; a thread that is alive and does not answer would leave calls waiting for ever. */
  #watchOver(onHang: () => void): void {
    let heard = true
    let due = 0
    const look = (): void => {
      // Late ourselves (a suspended machine): its answer may be waiting behind this timer.
      const late = performance.now() - due > this.#hangMs / 2
      if (!heard && !late) {
        onHang()
        void this.kill()
        return
      }
      if (heard) {
        heard = false
        this.ask('alive', {}).then(() => { heard = true }, () => undefined)
      }
      due = performance.now() + this.#hangMs
      this.#watch = setTimeout(look, this.#hangMs).unref()
    }
    look()
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id)
    this.#pending.delete(answer.id)
    if (pending === undefined) return
    if (answer.fault === undefined) pending.resolve(answer.value)
    else pending.reject(errorOf(answer.fault))
  }
}

function ended(): Refusal {
  return new Refusal('unavailable', 'the media worker of this endpoint ended')
}

function errorOf(fault: Fault): Error {
  return fault.code === 'bug' ? new Error(`in a media worker: ${fault.message}`) : new Refusal(fault.code, fault.message)
}
