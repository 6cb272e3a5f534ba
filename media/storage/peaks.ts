/** Pairs of left and right in a waveform. */
export const PEAKS = 800

/** The loudest moments of a sound, for drawing it: `PEAKS` pairs of left and right, 0 to 255. */
export class Peaks {
  readonly bytes = new Uint8Array(PEAKS * 2)
  readonly #frames: number
  #at = 0

  /** @param frames how many samples of each side there will be */
  constructor(frames: number) {
    this.#frames = Math.max(1, frames)
  }

  /** Interleaved samples, the next ones. */
  hear(samples: Int16Array): void {
    for (let i = 0; i + 1 < samples.length; i += 2) {
      const bucket = 2 * Math.min(PEAKS - 1, Math.floor((this.#at * PEAKS) / this.#frames))
      this.#at += 1
      const left = Math.abs(samples[i]!) >> 7
      const right = Math.abs(samples[i + 1]!) >> 7
      if (left > this.bytes[bucket]!) this.bytes[bucket] = Math.min(255, left)
      if (right > this.bytes[bucket + 1]!) this.bytes[bucket + 1] = Math.min(255, right)
    }
  }
}
