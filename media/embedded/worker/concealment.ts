/**
 * Hides what was lost (in the manner of ITU-T G.711 appendix I): the last pitch period is repeated,
 * fading out over 60 ms, and the sound that comes back is faded in over it.
 */

/** Kept of what was heard: enough to find a pitch of 66 Hz in. */
const HISTORY_MS = 40
const SHORTEST_MS = 2.5
const LONGEST_MS = 15
const COMPARED_MS = 10
/** Full strength for so long, then fading, then silence. */
const FULL_MS = 10
const SILENT_MS = 60
const JOIN_MS = 5

export class Concealment {
  readonly #rate: number
  readonly #history: Int16Array
  #period = 0
  /** Samples made up since the last real one. */
  #made = 0

  /** @param rate samples a second */
  constructor(rate: number) {
    this.#rate = rate
    this.#history = new Int16Array((HISTORY_MS * rate) / 1000)
  }

  /** Real sound: kept for the next loss, and joined to what was made up before it. */
  heard(samples: Int16Array, count: number): void {
    if (this.#made > 0) {
      const join = Math.min(count, this.#samples(JOIN_MS))
      for (let i = 0; i < join; i += 1) {
        const share = (i + 1) / (join + 1)
        samples[i] = samples[i]! * share + this.#next() * (1 - share)
      }
      this.#made = 0
    }
    const history = this.#history
    if (count >= history.length) history.set(samples.subarray(count - history.length, count))
    else {
      history.copyWithin(0, count)
      history.set(samples.subarray(0, count), history.length - count)
    }
  }

  /** Fills `count` samples of `out` with what may have been. */
  conceal(out: Int16Array, count: number): void {
    if (this.#made === 0) this.#period = this.#pitch()
    for (let i = 0; i < count; i += 1) out[i] = this.#next()
  }

  /** Forgets the past: what comes next has nothing to do with it. */
  reset(): void {
    this.#history.fill(0)
    this.#made = 0
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#rate) / 1000)
  }

  #next(): number {
    const { length } = this.#history
    const sample = this.#history[length - this.#period + (this.#made % this.#period)]!
    const ms = (this.#made * 1000) / this.#rate
    this.#made += 1
    if (ms < FULL_MS) return sample
    return ms >= SILENT_MS ? 0 : sample * (1 - (ms - FULL_MS) / (SILENT_MS - FULL_MS))
  }

  /** The lag at which the end of the past resembles itself most. */
  #pitch(): number {
    const history = this.#history
    const end = history.length
    const compared = this.#samples(COMPARED_MS)
    const longest = this.#samples(LONGEST_MS)
    let best = this.#samples(SHORTEST_MS)
    let most = -Infinity
    for (let lag = best; lag <= longest; lag += 1) {
      let [product, energy] = [0, 1]
      for (let i = end - compared; i < end; i += 1) {
        product += history[i]! * history[i - lag]!
        energy += history[i - lag]! * history[i - lag]!
      }
      const likeness = product <= 0 ? 0 : (product * product) / energy
      if (likeness > most) [most, best] = [likeness, lag]
    }
    return best
  }
}
