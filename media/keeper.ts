/** How finished recordings are kept: a part of the contract. */

/** A recording as it is stored. */
export interface KeptSound {
  /** Of the Ogg file, before it is sealed. */
  bytes: number
  seconds: number
  /** Samples a second of what was recorded. */
  rate: number
  /** SHA-256 of the Ogg file, hexadecimal. */
  sha256: string
  /** For drawing it: pairs of the loudest left and right, 0 to 255. */
  peaks: Buffer
}

/** Sound that can be read in ranges. Close it. */
export interface StoredSound {
  readonly bytes: number
  /** From `start` up to and without `end`, a piece at a time. Throws when it was altered, before anything false is given out. */
  read(start: number, end: number): AsyncGenerator<Buffer, void, undefined>
  close(): Promise<void>
}

/** Keeps finished recordings, whatever engine made them: as Opus in Ogg (RFC 7845), sealed with AES-256-GCM. */
export interface SoundKeeper {
  /**
   * Stores the files of a recording, in order, as one. `target` appears whole or not at all; the sources stay.
   * @param key 32 bytes, the tenant's
   * @param name of the recording: it opens under no other
   * @param options `mono`: the left side is heard on both
   */
  keep(sources: readonly string[], target: string, key: Buffer, name: string, options?: { mono?: boolean }): Promise<KeptSound>
  /** The Ogg file. Throws when it is gone, or no file of this key and name. */
  open(path: string, key: Buffer, name: string): Promise<StoredSound>
  /** The same as WAV, 16-bit stereo. It is read once. */
  openWav(path: string, key: Buffer, name: string, rate: number): Promise<StoredSound>
  remove(path: string): Promise<void>
  close(): Promise<void>
}
