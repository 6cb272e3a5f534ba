/** What a codec does for a stream. One of each per stream: most keep state. */

export interface SoundDecoder {
  /** Samples a second it gives. */
  readonly rate: number
  /** Decodes the payload from `start` to `end` into `out`; returns how many samples, 0 for a payload that is none. */
  decode(packet: Uint8Array, start: number, end: number, out: Int16Array): number
  /** Frees what it holds; there must be no call after it. */
  close?(): void
}

export interface SoundEncoder {
  /** Samples a second it takes. */
  readonly rate: number
  /** Encodes `count` samples (a whole packet's) into `out` from `at`; returns how many bytes. */
  encode(samples: Int16Array, count: number, out: Uint8Array, at: number): number
  /** Frees what it holds; there must be no call after it. */
  close?(): void
}
