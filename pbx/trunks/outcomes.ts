/** Failures in a row, from which on a trunk is not trusted with calls although it answers. */
const FAILURES = 5
/** Older failures say nothing. */
const WITHIN_MS = 15 * 60_000
/** A trunk that fails is tried first again by one call in so long. */
const AGAIN_MS = 30_000

/**
 * What became of the calls over a trunk. Carriers answer OPTIONS and refuse every call all the same, when an account is empty or
 * their own way on is broken: that is seen by nothing but calls. Times are milliseconds of a clock that never goes back.
 */
export class Outcomes {
  #failures: number[] = []
  #cause = ''
  #begunAt = -Infinity

  /** A call goes over it now. */
  begin(now: number): void {
    this.#begunAt = now
  }

  /** @param failure why the trunk did not carry the call, as a part of a sentence; null: it did, whatever became of it there */
  note(failure: string | null, now: number): void {
    if (failure === null) {
      this.#failures = []
      return
    }
    this.#failures = [...this.#recent(now), now].slice(-100)
    this.#cause = failure
  }

  /** What is wrong with it, in a sentence; undefined while nothing is. */
  trouble(now: number): string | undefined {
    const { length } = this.#recent(now)
    if (length < FAILURES) return undefined
    return `It answers, and the last ${length} calls over it failed: ${this.#cause}. Other trunks are tried first; a call every ${AGAIN_MS / 1000} seconds sees whether it is well again.`
  }

  /** Others are better for a call now. One call after a while is the one that tries it. */
  isDoubtful(now: number): boolean {
    return this.#recent(now).length >= FAILURES && now - this.#begunAt < AGAIN_MS
  }

  #recent(now: number): number[] {
    return this.#failures.filter((at) => at > now - WITHIN_MS)
  }
}
