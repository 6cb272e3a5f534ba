/** The one 20 ms clock of a worker. It runs only while somebody needs it, and never drifts. */

export const TICK_MS = 20
/** A tick this much too late is counted. */
const LATE_MS = 10
/** Further behind than this (a suspended machine) the missed ticks are skipped and not made up for. */
const MOST_BEHIND_MS = 1000

export interface Ticking {
  /** `now` is `performance.now()` of the moment the tick was due. */
  tick(now: number): void
}

export class Clock {
  lateTicks = 0
  worstLatenessMs = 0
  readonly #members = new Set<Ticking>()
  #timer: NodeJS.Timeout | undefined
  #due = 0

  add(member: Ticking): void {
    this.#members.add(member)
    if (this.#timer !== undefined) return
    this.#due = performance.now() + TICK_MS
    this.#arm()
  }

  remove(member: Ticking): void {
    this.#members.delete(member)
    if (this.#members.size === 0) this.#stop()
  }

  close(): void {
    this.#members.clear()
    this.#stop()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  // Each delay is measured from the schedule and not from the last tick: lateness never adds up.
  #arm(): void {
    this.#timer = setTimeout(() => this.#run(), Math.max(0, this.#due - performance.now()))
  }

  #run(): void {
    const now = performance.now()
    const lateness = now - this.#due
    if (lateness > LATE_MS) this.lateTicks += 1
    if (lateness > this.worstLatenessMs) this.worstLatenessMs = lateness
    if (lateness > MOST_BEHIND_MS) this.#due = now
    while (this.#due <= now && this.#members.size > 0) {
      for (const member of this.#members) member.tick(this.#due)
      this.#due += TICK_MS
    }
    if (this.#members.size > 0) this.#arm()
    else this.#timer = undefined
  }
}
