/**
 * Writes a recording to disk, away from the audio: a few chunks of one second are handed to
 * the file system at a time. Every chunk has its own place in the file, so that a stalled disk
 * costs sound (silence in the file) and never time or alignment, and after every chunk the
 * header is made true again: what a killed process leaves can be played.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { WAV_HEADER, wavHeader } from './wav.ts'

/** Chunks in flight before sound is dropped: a disk that stalls longer loses seconds, not the process. */
const MOST_IN_FLIGHT = 8

export interface WavFormat {
  channels: number
  /** Samples a second. */
  rate: number
}

/** What this needs of a file; a FileHandle is one. */
export type SoundFile = Pick<FileHandle, 'write' | 'close'>

export interface WrittenSound {
  /** Bytes of the file that are true, header included. */
  bytes: number
  /** Set when writing failed. */
  failure: { full: boolean; message: string } | undefined
}

export class WavWriter {
  readonly #file: SoundFile
  readonly #format: WavFormat
  readonly #onFailure: () => void
  readonly #spare: Int16Array[] = []
  #made = 0
  #chunk: Int16Array
  #filled = 0
  #position = WAV_HEADER
  #written = 0
  #tail: Promise<void> = Promise.resolve()
  #failure: WrittenSound['failure']
  #closed: Promise<WrittenSound> | undefined

  /** @param onFailure called once, when the disk refuses */
  constructor(file: SoundFile, format: WavFormat, onFailure: () => void) {
    this.#file = file
    this.#format = format
    this.#onFailure = onFailure
    this.#chunk = this.#newChunk()!
  }

  /** Creates the file with an empty, valid header. Rejects with the error of the file system. */
  static async create(path: string, format: WavFormat, onFailure: () => void): Promise<WavWriter> {
    const file = await open(path, 'w', 0o600)
    try {
      await file.write(wavHeader(format.channels, 0, format.rate), 0, WAV_HEADER, 0)
    } catch (error) {
      await file.close()
      throw error
    }
    return new WavWriter(file, format, onFailure)
  }

  /** Chunks that were thrown away because the disk was stalled. */
  dropped = 0

  /** Appends interleaved samples; `frame` may be reused at once. */
  append(frame: Int16Array): void {
    if (this.#failure !== undefined || this.#closed !== undefined) return
    let at = 0
    while (at < frame.length) {
      const count = Math.min(frame.length - at, this.#chunk.length - this.#filled)
      this.#chunk.set(at === 0 && count === frame.length ? frame : frame.subarray(at, at + count), this.#filled)
      this.#filled += count
      at += count
      if (this.#filled === this.#chunk.length) this.#hand()
    }
  }

  /** Writes what is left and closes the file. Never rejects. */
  close(): Promise<WrittenSound> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  async #finish(): Promise<WrittenSound> {
    if (this.#filled > 0) this.#hand()
    await this.#tail
    await this.#file.close().catch((error: unknown) => this.#fail(error))
    return { bytes: WAV_HEADER + this.#written, failure: this.#failure }
  }

  #newChunk(): Int16Array | undefined {
    const spare = this.#spare.pop()
    if (spare !== undefined) return spare
    if (this.#made > MOST_IN_FLIGHT) return undefined
    this.#made += 1
    return new Int16Array(this.#format.rate * this.#format.channels)
  }

  #hand(): void {
    const chunk = this.#chunk
    const bytes = this.#filled * 2
    const position = this.#position
    this.#position += bytes
    this.#filled = 0
    const next = this.#newChunk()
    if (next === undefined) {
      // Nothing is free: this second is lost, its place stays silent, and the chunk is used again.
      this.dropped += 1
      return
    }
    this.#chunk = next
    this.#tail = this.#tail.then(() => this.#store(chunk, bytes, position))
  }

  async #store(chunk: Int16Array, bytes: number, position: number): Promise<void> {
    try {
      if (this.#failure === undefined) {
        await this.#writeAll(new Uint8Array(chunk.buffer, 0, bytes), position)
        this.#written = position + bytes - WAV_HEADER
        await this.#file.write(wavHeader(this.#format.channels, this.#written, this.#format.rate), 0, WAV_HEADER, 0)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#spare.push(chunk)
    }
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0
    // A nearly full disk takes part of a write before it refuses the rest.
    while (done < bytes.length) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position + done)
      if (bytesWritten === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      done += bytesWritten
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = failureOf(error)
    this.#onFailure()
  }
}

/** Whether the file system said full (disk, quota, file size), and what it said. */
export function failureOf(error: unknown): { full: boolean; message: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return { full: ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code), message: error instanceof Error ? error.message : String(error) }
}
