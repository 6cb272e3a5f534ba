import { MessageChannel } from 'node:worker_threads'
import type { Logger } from '../../config/logger.ts'
import type { Identity, Notice, Timing, WorkerSetup } from './protocol.ts'
import { WorkerThread } from './worker-thread.ts'

export interface PoolOptions {
  workers: number
  hosts: readonly string[]
  ports: { first: number; last: number }
  timing: Timing
  identity: Identity
  logger: Logger
  onNotice(notice: Notice): void
  /** A worker died; its endpoints are gone. A new one is already on its way. */
  onDeath(thread: WorkerThread): void
  /** A replacement is ready. */
  onReplaced(): void
}

// A worker that dies again at once is started ever more slowly.
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 30_000
const HEALTHY_MS = 60_000

interface Place {
  thread: WorkerThread
  startedAt: number
  pauseMs: number
}

/** The media workers: started, spread over, linked, replaced when they die. */
export class Pool {
  readonly #options: PoolOptions
  readonly #places: Place[] = []
  readonly #linked = new Set<string>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #lastId = 0
  #stopped = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  get threads(): readonly WorkerThread[] {
    return this.#places.map((place) => place.thread)
  }

  get alive(): boolean {
    return this.#places.some((place) => place.thread.alive)
  }

  /** Resolves when every worker runs. */
  async start(): Promise<void> {
    for (let index = 0; index < this.#options.workers; index += 1) {
      this.#places.push({ thread: this.#spawn(index), startedAt: performance.now(), pauseMs: FIRST_PAUSE_MS })
    }
    await Promise.all(this.threads.map((thread) => thread.ready))
  }

  /** Living workers, the least busy first. */
  byLoad(): WorkerThread[] {
    return this.threads.filter((thread) => thread.alive).sort((a, b) => a.endpoints - b.endpoints)
  }

  /** Makes sure that the two can hand packets to each other. */
  async link(one: WorkerThread, other: WorkerThread): Promise<void> {
    const key = [one.id, other.id].sort((a, b) => a - b).join('-')
    if (one === other || this.#linked.has(key)) return
    this.#linked.add(key)
    const { port1, port2 } = new MessageChannel()
    await Promise.all([
      one.ask('link', { worker: other.id, port: port1 }, [port1]),
      other.ask('link', { worker: one.id, port: port2 }, [port2]),
    ])
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    await Promise.all(this.threads.map((thread) => thread.stop()))
  }

  #spawn(index: number): WorkerThread {
    const { workers, hosts, ports, timing, identity, onNotice } = this.#options
    // Every other pair: ports stay spread evenly whatever the range.
    const first = ports.first === 0 ? 0 : ports.first + (ports.first % 2) + index * 2
    const setup: WorkerSetup = { id: (this.#lastId += 1), hosts, ports: { first, last: ports.last, step: workers * 2 }, timing, identity }
    return new WorkerThread(setup, onNotice, (reason) => this.#died(index, reason))
  }

  #died(index: number, reason: string): void {
    const place = this.#places[index]
    if (place === undefined) return
    this.#options.logger.error({ worker: place.thread.id, reason }, 'a media worker died and is replaced')
    const healthy = performance.now() - place.startedAt > HEALTHY_MS
    const pause = healthy ? FIRST_PAUSE_MS : place.pauseMs
    place.pauseMs = Math.min(LONGEST_PAUSE_MS, pause * 3)
    this.#options.onDeath(place.thread)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (this.#stopped) return
      place.thread = this.#spawn(index)
      place.startedAt = performance.now()
      place.thread.ready.then(() => this.#options.onReplaced(), () => undefined)
    }, pause)
    this.#timers.add(timer)
  }
}
