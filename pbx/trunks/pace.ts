const SECOND_MS = 1_000

/**
 * How often calls may begin: no more than so many within any second. Turns are given in the order in which they are asked for,
 * so that calls which come together begin one after the other instead of being refused.
 */
export class Pace {
  /** When the latest calls begin, the oldest first; times to come among them. Milliseconds of a clock that never goes back. */
  #begins: number[] = []

  /**
   * Milliseconds until this call may begin, and it is counted then; undefined when that is later than `patienceMs`, and it is not counted.
   *
   * @param most calls within a second; null: no limit
   */
  turn(most: number | null, now: number, patienceMs: number): number | undefined {
    if (most === null) {
      this.#begins = []
      return 0
    }
    const begins = (this.#begins = this.#begins.filter((at) => at > now - SECOND_MS))
    const first = begins[begins.length - most]
    const at = first === undefined ? now : Math.max(now, first + SECOND_MS)
    if (at - now > patienceMs) return undefined
    // One that does not wait may be counted before those that do.
    begins.push(at)
    begins.sort((a, b) => a - b)
    return at - now
  }
}
