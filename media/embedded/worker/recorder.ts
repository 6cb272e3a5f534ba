/** Records a leg: its peer left, the bridged party right, on the 20 ms clock. */
import type { RecordingOutcome } from '../protocol.ts'
import { FRAME, SAMPLE_RATE } from './pcm.ts'
import type { EncodingNumber } from './codecs/index.ts'
import type { Clock, Ticking } from './clock.ts'
import { Hearing } from './hearing.ts'
import type { RtpView } from './rtp.ts'
import { DELAY, Timeline } from './timeline.ts'
import { WAV_HEADER } from './wav.ts'
import { failureOf, WavWriter } from './wav-writer.ts'

const SAMPLES_PER_MS = SAMPLE_RATE / 1000

interface Side {
  hearing: Hearing
  line: Timeline
}

/** One side: its packets made sound, its sound put where it was heard. */
function createSide(position: (now: number) => number): Side {
  const line = new Timeline()
  const hearing = new Hearing(SAMPLE_RATE, {
    hear: (samples, count, at, stream, now) => line.write(stream, at, position(now), samples, count),
  })
  return { hearing, line }
}

export class Recorder implements Ticking {
  paused = false
  readonly #left: Side
  readonly #right: Side
  readonly #clock: Clock
  readonly #done: (outcome: RecordingOutcome) => void
  readonly #began = performance.now()
  readonly #frame = new Int16Array(FRAME * 2)
  #writer: WavWriter | undefined
  #samples = 0
  #ended = false

  constructor(clock: Clock, done: (outcome: RecordingOutcome) => void) {
    this.#clock = clock
    this.#done = done
    const position = (now: number): number => this.#position(now)
    this.#left = createSide(position)
    this.#right = createSide(position)
  }

  /** Opens the file and starts. A disk that refuses ends the recording, not the call: it is told by `done`. */
  async start(path: string): Promise<void> {
    try {
      this.#writer = await WavWriter.create(path, () => { void this.#end('failed') })
    } catch (error) {
      const { full, message } = failureOf(error)
      if (this.#ended) return
      this.#ended = true
      this.#done({ seconds: 0, bytes: 0, ended: full ? 'disk-full' : 'failed', message })
      return
    }
    // What came in while the file was opened is already placed on the timelines.
    if (this.#ended) await this.#writer.close()
    else this.#clock.add(this)
  }

  /**
   * A packet of one side, as it came in at `now` (performance.now()). What comes while paused is never kept, not even
   * until it would be written; paused time stays in the file as silence, so that positions go on meaning moments of the call.
   */
  hear(side: 'left' | 'right', encoding: EncodingNumber, packet: Uint8Array, view: RtpView, now: number): void {
    if (this.#ended) return
    if (this.paused) return this.skip(side, packet, view, now)
    const { hearing } = side === 'left' ? this.#left : this.#right
    hearing.take(encoding, packet, view, now)
  }

  /** A packet of one side that is not recorded. */
  skip(side: 'left' | 'right', packet: Uint8Array, view: RtpView, now: number): void {
    if (this.#ended) return
    const { hearing } = side === 'left' ? this.#left : this.#right
    hearing.skip(packet, view, now)
  }

  #position(now: number): number {
    return Math.round((now - this.#began) * SAMPLES_PER_MS)
  }

  tick(now: number): void {
    this.#left.hearing.sweep(now)
    this.#right.hearing.sweep(now)
    // Opening the file took a moment, and a late clock skips: the file follows the wall clock.
    while (this.#samples + FRAME <= this.#position(now) - DELAY) this.#takeFrame()
  }

  /** Ends it with what was heard so far, the tail in the jitter window included. */
  async stop(ended: 'stopped' | 'closed'): Promise<void> {
    const end = this.#position(performance.now())
    while (!this.#ended && this.#samples + FRAME <= end) this.#takeFrame()
    await this.#end(ended)
  }

  #takeFrame(): void {
    this.#left.line.take(this.#frame, 0, FRAME)
    this.#right.line.take(this.#frame, 1, FRAME)
    this.#writer?.append(this.#frame)
    this.#samples += FRAME
  }

  async #end(ended: RecordingOutcome['ended']): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#clock.remove(this)
    this.#left.hearing.close()
    this.#right.hearing.close()
    const written = (await this.#writer?.close()) ?? { bytes: 0, failure: undefined }
    const seconds = Math.max(0, written.bytes - WAV_HEADER) / (SAMPLE_RATE * 4)
    const failure = written.failure
    const dropped = this.#writer?.dropped ?? 0
    const message = dropped === 0 ? undefined : `the disk stalled: ${dropped} s of sound are silent`
    if (failure === undefined) this.#done({ seconds, bytes: written.bytes, ended, message })
    else this.#done({ seconds, bytes: written.bytes, ended: failure.full ? 'disk-full' : 'failed', message: failure.message })
  }
}
