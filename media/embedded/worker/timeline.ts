/**
 * One side of a recording: samples placed where they were heard.
 *
 * Positions count samples from the start of the recording by the wall clock. A packet goes
 * where its RTP timestamp says relative to the first packet of its stream, so that network
 * jitter does not reach the file; a stream that strays from the clock (hold, restart, a peer
 * whose clock drifts) is placed anew. What never came stays silence.
 */

/** About two seconds. A power of two, so that wrapping is a mask. */
const LENGTH = 16_384
/** How late the reader follows, in samples. Nobody waits for a file, so it may be far more than a phone could buffer. */
export const DELAY = 4800
/** A packet whose place is this much after its arrival, or before, places its stream anew. */
const EARLIEST = 800
const LATEST = 4000

export class Timeline {
  readonly #ring = new Int16Array(LENGTH)
  #read = 0
  #stream = -1
  #anchor = 0
  #placed = false

  /**
   * @param now the moment of arrival, in samples since the recording began
   * @param table decodes the payload, G.711 byte to sample
   */
  write(ssrc: number, timestamp: number, now: number, table: Int16Array, packet: Uint8Array, start: number, end: number): void {
    let position = (this.#anchor + timestamp) | 0
    const off = (position - now) | 0
    if (!this.#placed || ssrc !== this.#stream || off > EARLIEST || off < -LATEST) {
      this.#placed = true
      this.#stream = ssrc
      this.#anchor = (now - timestamp) | 0
      position = now
    }
    const count = Math.min(end - start, LENGTH / 2)
    for (let i = 0; i < count; i += 1) {
      const at = position + i
      if (at >= this.#read && at < this.#read + LENGTH) this.#ring[at & (LENGTH - 1)] = table[packet[start + i]!]!
    }
  }

  /** Takes the next `count` samples into every second place of `out` from `at`, leaving silence behind. */
  take(out: Int16Array, at: number, count: number): void {
    for (let i = 0; i < count; i += 1) {
      const place = (this.#read + i) & (LENGTH - 1)
      out[at + 2 * i] = this.#ring[place]!
      this.#ring[place] = 0
    }
    this.#read += count
  }
}
