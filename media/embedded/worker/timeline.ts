/**
 * One side of a recording: samples placed where they were heard.
 *
 * Positions count samples from the start of the recording by the wall clock. A packet goes
 * where its stream's own time says relative to its first packet, so that network
 * jitter does not reach the file; a stream that strays from the clock (hold, restart, a peer
 * whose clock drifts) is placed anew. What never came stays silence.
 */

/** How late the reader follows, in milliseconds. Nobody waits for a file, so it may be far more than a phone could buffer. */
export const DELAY_MS = 600
/** A packet whose place is this much after its arrival, or before, places its stream anew. */
const EARLIEST_MS = 100
const LATEST_MS = 500

export class Timeline {
  /** About two seconds. A power of two, so that wrapping is a mask. */
  readonly #length: number
  readonly #ring: Int16Array
  readonly #earliest: number
  readonly #latest: number
  #read = 0
  #stream = -1
  #anchor = 0

  /** @param rate samples a second, 8000 or 16000 */
  constructor(rate: number) {
    this.#length = rate > 8000 ? 32_768 : 16_384
    this.#ring = new Int16Array(this.#length)
    this.#earliest = (EARLIEST_MS * rate) / 1000
    this.#latest = (LATEST_MS * rate) / 1000
  }

  /**
   * @param stream whose sound it is; another one is placed anew
   * @param place of the first sample in its stream, in samples
   * @param now the moment of arrival, in samples since the recording began
   */
  write(stream: number, place: number, now: number, samples: Int16Array, count: number): void {
    let position = this.#anchor + place
    const off = position - now
    if (stream !== this.#stream || off > this.#earliest || off < -this.#latest) {
      this.#stream = stream
      this.#anchor = now - place
      position = now
    }
    const most = Math.min(count, this.#length / 2)
    for (let i = 0; i < most; i += 1) {
      const at = position + i
      if (at >= this.#read && at < this.#read + this.#length) this.#ring[at & (this.#length - 1)] = samples[i]!
    }
  }

  /** Takes the next `count` samples into every second place of `out` from `at`, leaving silence behind. */
  take(out: Int16Array, at: number, count: number): void {
    for (let i = 0; i < count; i += 1) {
      const place = (this.#read + i) & (this.#length - 1)
      out[at + 2 * i] = this.#ring[place]!
      this.#ring[place] = 0
    }
    this.#read += count
  }
}
