/** Records a leg: its peer left, the bridged party right, on the 20 ms clock. */
import type { RecordingOutcome } from '../protocol.ts'
import { codecNumbered, type EncodingNumber } from './codecs/index.ts'
import type { Clock, Ticking } from './clock.ts'
import { RecordingPart } from './recording-part.ts'
import type { RtpView } from './rtp.ts'

const WIDE_RATE = 16_000

/**
 * A call that begins narrow and becomes wide later (a transfer, a new offer) goes on in another file: the rate of a WAV
 * file cannot change, and what was written is not worth writing again. It never goes back.
 */
export class Recorder implements Ticking {
  paused = false
  readonly #clock: Clock
  readonly #done: (outcome: RecordingOutcome) => void
  readonly #parts: RecordingPart[] = []
  #part: RecordingPart
  #ended = false

  /**
   * @param path of the first file, `x.wav`; those after it are `x.2.wav` and so on
   * @param rate samples a second to begin with
   */
  constructor(path: string, rate: number, clock: Clock, done: (outcome: RecordingOutcome) => void) {
    this.#clock = clock
    this.#done = done
    this.#part = this.#addPart(path, rate, performance.now())
  }

  /** Opens the file and starts. A disk that refuses ends the recording, not the call: it is told by `done`. */
  async start(): Promise<void> {
    await this.#part.open()
    // What came in while the file was opened is already placed on the timelines.
    if (!this.#ended) this.#clock.add(this)
  }

  /**
   * A packet of one side, as it came in at `now` (performance.now()). What comes while paused is never kept, not even
   * until it would be written; paused time stays in the file as silence, so that positions go on meaning moments of the call.
   */
  hear(side: 'left' | 'right', encoding: EncodingNumber, packet: Uint8Array, view: RtpView, now: number): void {
    if (this.#ended) return
    if (this.paused) return this.#part.skip(side, packet, view, now)
    if (this.#part.rate < WIDE_RATE && codecNumbered(encoding).rate >= WIDE_RATE) this.#widen(now)
    this.#part.hear(side, encoding, packet, view, now)
  }

  /** A packet of one side that is not recorded. */
  skip(side: 'left' | 'right', packet: Uint8Array, view: RtpView, now: number): void {
    if (!this.#ended) this.#part.skip(side, packet, view, now)
  }

  tick(now: number): void {
    this.#part.tick(now)
  }

  /** Ends it with what was heard so far. */
  async stop(ended: 'stopped' | 'closed'): Promise<void> {
    await this.#end(ended)
  }

  #addPart(path: string, rate: number, began: number): RecordingPart {
    const part = new RecordingPart(path, rate, began, () => { void this.#end('failed') })
    this.#parts.push(part)
    return part
  }

  #widen(now: number): void {
    const narrow = this.#part
    void narrow.close(now)
    this.#part = this.#addPart(narrow.path.replace(/(\.wav)?$/, `.${this.#parts.length + 1}.wav`), WIDE_RATE, now)
    void this.#part.open()
  }

  async #end(ended: RecordingOutcome['ended']): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#clock.remove(this)
    const now = performance.now()
    const written = await Promise.all(this.#parts.map((part) => part.close(now)))
    const total = (of: 'seconds' | 'bytes' | 'dropped'): number => written.reduce((sum, part) => sum + part[of], 0)
    const failure = written.find((part) => part.failure !== undefined)?.failure
    const dropped = total('dropped')
    const message = dropped === 0 ? undefined : `the disk stalled: ${dropped} s of sound are silent`
    const outcome = { seconds: total('seconds'), bytes: total('bytes'), parts: written.filter((part) => part.bytes > 0).map((part) => part.path) }
    if (failure === undefined) this.#done({ ...outcome, ended, message })
    else this.#done({ ...outcome, ended: failure.full ? 'disk-full' : 'failed', message: failure.message })
  }
}
