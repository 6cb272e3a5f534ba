import type { Counted } from './figures.ts'

export interface WatchOptions {
  look: () => Promise<Counted>
  /** The peer should be sending. */
  expected: () => boolean
  /** Nobody is told of silence when 0. */
  timeoutMs: number
  onStarted: (source: { address: string; port: number }) => void
  onSilence: (seconds: number) => void
}

/** Between looks until the first packet: often at first, and more and more seldom while a phone rings. */
const FIRST_MS = 50
const GROWTH = 1.5
const SLOWEST_MS = 2_000

/** FreeSWITCH tells of no packets by itself: its counters are looked at, for as long as somebody wants to know. */
export class Watch {
  readonly #options: WatchOptions
  #timer: NodeJS.Timeout | undefined
  #intervalMs = FIRST_MS
  #received = 0
  #heardAt = performance.now()
  #started = false
  #wanted = false
  #stopped = false

  constructor(options: WatchOptions) {
    this.#options = options
    if (options.timeoutMs > 0) this.want()
  }

  /** Somebody wants to hear. */
  want(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#next()
  }

  /** What was counted, whoever asked. */
  heard(counted: Counted): void {
    const { onStarted, onSilence, expected, timeoutMs } = this.#options
    const now = performance.now()
    if (counted.packetsReceived > this.#received || !expected()) this.#heardAt = now
    this.#received = counted.packetsReceived
    if (!this.#started && counted.packetsReceived > 0 && counted.remote !== undefined) {
      this.#started = true
      onStarted(counted.remote)
    }
    if (timeoutMs === 0 || now - this.#heardAt < timeoutMs) return
    this.#heardAt = now
    onSilence(timeoutMs / 1000)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #next(): void {
    const { timeoutMs } = this.#options
    if (this.#stopped || (this.#started && timeoutMs === 0)) return
    const ms = this.#started ? timeoutMs / 4 : this.#intervalMs
    this.#intervalMs = Math.min(this.#intervalMs * GROWTH, SLOWEST_MS)
    this.#timer = setTimeout(() => {
      this.#options.look().then((counted) => this.heard(counted), () => undefined).finally(() => this.#next())
    }, timeoutMs > 0 ? Math.min(ms, timeoutMs / 2) : ms)
  }
}
