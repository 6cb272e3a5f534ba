/** Endpoints of one address family that a worker has opened before anybody wants them, so that a call need not wait for its ports. */
import type { IpFamily } from './protocol.ts'
import type { WorkerThread } from './worker-thread.ts'

/** One opened endpoint of a worker: its number there and its RTP port. */
export interface Opened {
  handle: number
  port: number
}

/** It is filled up to this when it has shrunk to half. */
const MOST = 16
/** After a worker found no more ports it is not asked for some again before this. */
const PAUSE_MS = 1000

export class Stock {
  readonly #thread: WorkerThread
  readonly #family: IpFamily
  readonly #newNumber: () => number
  readonly #ready: Opened[] = []
  /** Who waits for the next that is opened. */
  readonly #waiting: PromiseWithResolvers<Opened>[] = []
  #coming = 0
  #pausedUntil = 0

  constructor(thread: WorkerThread, family: IpFamily, newNumber: () => number) {
    this.#thread = thread
    this.#family = family
    this.#newNumber = newNumber
  }

  /** The one longest ready; undefined when there is none. */
  take(): Opened | undefined {
    const taken = this.#ready.shift()
    this.#fill()
    return taken
  }

  /** The next that the worker opens. Rejects with its Refusal when it has no ports. */
  open(): Promise<Opened> {
    const waiter = Promise.withResolvers<Opened>()
    this.#waiting.push(waiter)
    if (this.#coming < this.#waiting.length) this.#ask()
    return waiter.promise
  }

  /** Past all who wait, and on a port that still rests when there is no other. */
  async openUrgently(): Promise<Opened> {
    const handle = this.#newNumber()
    const { port } = await this.#thread.ask('open', { endpoint: handle, family: this.#family, urgent: true })
    return { handle, port }
  }

  /** One that was not used after all. */
  giveBack(opened: Opened): void {
    const waiter = this.#waiting.shift()
    if (waiter) waiter.resolve(opened)
    else this.#ready.push(opened)
  }

  #fill(): void {
    if (this.#ready.length + this.#coming > MOST / 2 || performance.now() < this.#pausedUntil) return
    for (let missing = MOST - this.#ready.length - this.#coming; missing > 0; missing -= 1) this.#ask()
  }

  #ask(): void {
    const handle = this.#newNumber()
    this.#coming += 1
    this.#thread.ask('open', { endpoint: handle, family: this.#family }).then(
      ({ port }) => {
        this.#coming -= 1
        this.giveBack({ handle, port })
      },
      (error: unknown) => {
        this.#coming -= 1
        this.#pausedUntil = performance.now() + PAUSE_MS
        if (this.#waiting.length > this.#coming) this.#waiting.shift()?.reject(error)
      },
    )
  }
}
