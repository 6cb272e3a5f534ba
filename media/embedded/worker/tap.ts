/** What one peer says, as sound for a listener outside: pieces of a tenth of a second, and when somebody speaks. */
import type { EncodingNumber } from './codecs/index.ts'
import { Hearing } from './hearing.ts'
import type { RtpView } from './rtp.ts'
import { VoiceActivity } from './voice-activity.ts'

const PIECE_MS = 100
/** Pieces on their way to a listener; when it keeps no pace, sound is dropped and counted, and memory stays what it is. */
const MOST_UNDERWAY = 20

export interface TapListener {
  /** `dropped` counts pieces that were thrown away before this one. */
  audio(pcm: Int16Array, dropped: number): void
  voice(speaking: boolean): void
}

export class Tap {
  readonly #listener: TapListener
  readonly #hearing: Hearing
  readonly #activity: VoiceActivity
  readonly #length: number
  #piece: Int16Array
  #filled = 0
  #underway = 0
  #dropped = 0
  #soundAt = performance.now()

  /** @param rate samples a second the listener wants */
  constructor(rate: number, listener: TapListener) {
    this.#listener = listener
    this.#length = (rate * PIECE_MS) / 1000
    this.#piece = new Int16Array(this.#length)
    this.#activity = new VoiceActivity(rate, (speaking) => listener.voice(speaking))
    this.#hearing = new Hearing(rate, { hear: (samples, count) => this.#hear(samples, count) })
  }

  take(kind: number, packet: Uint8Array, view: RtpView, now: number): void {
    this.#soundAt = now
    if (kind >= 0) this.#hearing.take(kind as EncodingNumber, packet, view, now)
    else this.#hearing.skip(packet, view, now)
  }

  /** The listener is done with a piece. */
  done(): void {
    this.#underway -= 1
  }

  /** Called now and then: a peer that stopped sending stopped speaking. */
  sweep(now: number): void {
    this.#hearing.sweep(now)
    if (now - this.#soundAt > PIECE_MS * 3) this.#activity.end()
  }

  close(): void {
    this.#hearing.close()
  }

  #hear(samples: Int16Array, count: number): void {
    this.#activity.hear(samples, count)
    for (let done = 0; done < count;) {
      const part = Math.min(count - done, this.#length - this.#filled)
      for (let i = 0; i < part; i += 1) this.#piece[this.#filled + i] = samples[done + i]!
      this.#filled += part
      done += part
      if (this.#filled === this.#length) this.#hand()
    }
  }

  #hand(): void {
    this.#filled = 0
    if (this.#underway >= MOST_UNDERWAY) {
      this.#dropped += 1
      return
    }
    this.#underway += 1
    this.#listener.audio(this.#piece, this.#dropped)
    this.#dropped = 0
    // The piece goes to another thread; what comes next needs a place of its own.
    this.#piece = new Int16Array(this.#length)
  }
}
