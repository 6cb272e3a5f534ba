/** How long a peer that should send has sent nothing. */
export class Quiet {
  readonly #limitMs: number
  #heardAt = performance.now()
  #times = 0

  /** @param limitMs silence to tell of; 0: never */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** The peer is there; or its silence counts from now, as it was just asked to send. */
  heard(now: number): void {
    this.#heardAt = now
    this.#times = 0
  }

  /** Seconds of silence, when so much has passed once more; else undefined. */
  due(now: number): number | undefined {
    if (this.#limitMs === 0) return undefined
    const times = Math.floor((now - this.#heardAt) / this.#limitMs)
    if (times <= this.#times) return undefined
    this.#times = times
    return this.seconds(now)
  }

  /** Seconds since it was heard. */
  seconds(now: number): number {
    return Math.floor((now - this.#heardAt) / 1000)
  }
}
