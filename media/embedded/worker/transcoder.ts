/** Turns the packets of another leg into the codec and packet length of this one. */
import type { EncodingNumber } from './codecs/index.ts'
import { Hearing, type Listener } from './hearing.ts'
import type { Mouth } from './mouth.ts'
import type { RtpView } from './rtp.ts'

export class Transcoder implements Listener {
  /** Whose packets the last ones were. */
  from: object | undefined
  /** Stands for the talker in our own stream; a talker who starts anew is another source. */
  source: object = {}
  readonly #mouth: Mouth
  readonly #hearing: Hearing
  readonly #rate: number
  #stream = 0

  constructor(mouth: Mouth) {
    this.#mouth = mouth
    this.#rate = mouth.codec.rate
    this.#hearing = new Hearing(this.#rate, this)
  }

  take(from: object, encoding: EncodingNumber, packet: Uint8Array, view: RtpView, now: number): void {
    this.from = from
    this.#hearing.take(encoding, packet, view, now)
  }

  skip(packet: Uint8Array, view: RtpView, now: number): void {
    this.#hearing.skip(packet, view, now)
  }

  /** When an event of this stream is, in samples as `Mouth` counts them. */
  placeOf(view: RtpView): number {
    return this.#hearing.placeOf(view.timestamp, view.clock)
  }

  hear(samples: Int16Array, count: number, at: number, stream: number, now: number): void {
    if (stream !== this.#stream) {
      this.#stream = stream
      this.source = {}
    }
    this.#mouth.say(this.source, samples, count, this.#rate, at, now)
  }

  /** There must be no call after it. */
  close(): void {
    this.#hearing.close()
  }

  sweep(now: number): void {
    this.#hearing.sweep(now)
  }
}
