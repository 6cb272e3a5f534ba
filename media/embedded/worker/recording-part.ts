/** A stretch of a recording at one rate: two sides on their timelines, and the file they are written to. */
import type { EncodingNumber } from './codecs/index.ts'
import { Hearing } from './hearing.ts'
import type { RtpView } from './rtp.ts'
import { DELAY_MS, Timeline } from './timeline.ts'
import { WAV_HEADER } from './wav.ts'
import { failureOf, WavWriter, type WrittenSound } from './wav-writer.ts'

const CHANNELS = 2
const FRAME_MS = 20

interface Side {
  hearing: Hearing
  line: Timeline
}

export interface WrittenPart extends WrittenSound {
  path: string
  seconds: number
  /** Seconds that a stalled disk cost. */
  dropped: number
}

export class RecordingPart {
  readonly rate: number
  readonly path: string
  readonly #left: Side
  readonly #right: Side
  readonly #began: number
  readonly #frame: Int16Array
  readonly #onFailure: () => void
  #opening: Promise<void> | undefined
  #writer: WavWriter | undefined
  #refused: WrittenSound['failure']
  #samples = 0
  #closed: Promise<WrittenPart> | undefined

  /**
   * @param rate samples a second, 8000 or 16000
   * @param began the moment at which its sound begins (performance.now())
   * @param onFailure the disk refused; what was written is told by `close`
   */
  constructor(path: string, rate: number, began: number, onFailure: () => void) {
    this.path = path
    this.rate = rate
    this.#began = began
    this.#onFailure = onFailure
    this.#frame = new Int16Array((rate / 1000) * FRAME_MS * CHANNELS)
    this.#left = this.#createSide()
    this.#right = this.#createSide()
  }

  /** One side: its packets made sound, its sound put where it was heard. */
  #createSide(): Side {
    const line = new Timeline(this.rate)
    const hearing = new Hearing(this.rate, {
      hear: (samples, count, at, stream, now) => line.write(stream, at, this.#position(now), samples, count),
    })
    return { hearing, line }
  }

  /** Opens the file; resolves when sound goes there or the disk has refused. */
  open(): Promise<void> {
    this.#opening ??= WavWriter.create(this.path, { channels: CHANNELS, rate: this.rate }, this.#onFailure).then(
      (writer) => { this.#writer = writer },
      (error: unknown) => {
        this.#refused = failureOf(error)
        this.#onFailure()
      },
    )
    return this.#opening
  }

  hear(side: 'left' | 'right', encoding: EncodingNumber, packet: Uint8Array, view: RtpView, now: number): void {
    const { hearing } = side === 'left' ? this.#left : this.#right
    hearing.take(encoding, packet, view, now)
  }

  skip(side: 'left' | 'right', packet: Uint8Array, view: RtpView, now: number): void {
    const { hearing } = side === 'left' ? this.#left : this.#right
    hearing.skip(packet, view, now)
  }

  #position(now: number): number {
    return Math.round(((now - this.#began) * this.rate) / 1000)
  }

  tick(now: number): void {
    this.#left.hearing.sweep(now)
    this.#right.hearing.sweep(now)
    // Opening the file took a moment, and a late clock skips: the file follows the wall clock.
    if (this.#writer !== undefined) this.#takeUntil(this.#position(now - DELAY_MS))
  }

  /** Writes what was heard until `now`, the tail in the jitter window included, and closes the file. Never rejects. */
  close(now: number): Promise<WrittenPart> {
    this.#closed ??= this.#finish(this.#position(now))
    return this.#closed
  }

  async #finish(end: number): Promise<WrittenPart> {
    await this.#opening
    this.#takeUntil(end)
    this.#left.hearing.close()
    this.#right.hearing.close()
    const written = (await this.#writer?.close()) ?? { bytes: 0, failure: this.#refused }
    const seconds = Math.max(0, written.bytes - WAV_HEADER) / (this.rate * CHANNELS * 2)
    return { ...written, path: this.path, seconds, dropped: this.#writer?.dropped ?? 0 }
  }

  #takeUntil(end: number): void {
    const frame = this.#frame.length / CHANNELS
    while (this.#samples + frame <= end) {
      this.#left.line.take(this.#frame, 0, frame)
      this.#right.line.take(this.#frame, 1, frame)
      this.#writer?.append(this.#frame)
      this.#samples += frame
    }
  }
}
