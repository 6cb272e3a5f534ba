/** The digits of one peer, however they come: as events, as tones in the sound, with the signalling. */
import type { DigitWay } from '../protocol.ts'
import type { EncodingNumber } from './codecs/index.ts'
import { DigitDetector } from './digits.ts'
import { Hearing } from './hearing.ts'
import { SAMPLE_RATE } from './pcm.ts'
import type { RtpView } from './rtp.ts'
import { ToneDigits } from './tone-digits.ts'

/** The same digit in two ways within this time is one: some phones send it as event and as INFO. */
const TWICE_MS = 1000
/** Without a packet for this long a phone has stopped talking, and with it the tone. */
const QUIET_MS = 200

export interface KeypadListener {
  /** Once for each digit, at its end. */
  heard(digit: string, durationMs: number): void
  /** Once for each digit, as soon as it is known: for the other party. */
  passOn(digit: string, way: DigitWay): void
}

export class Keypad {
  readonly #listener: KeypadListener
  readonly #events: DigitDetector
  /** Decodes the sound of a peer that has no events. */
  #hearing: Hearing | undefined
  #tones: ToneDigits | undefined
  #soundAt = 0
  #digit = ''
  #way: DigitWay = 'event'
  #at = 0

  constructor(listener: KeypadListener) {
    this.#listener = listener
    this.#events = new DigitDetector((digit, durationMs) => this.#whole(digit, durationMs, 'event', performance.now()))
  }

  /** Whether digits are looked for in the sound: only a peer without events sends them so, and it costs decoding. */
  set inSound(on: boolean) {
    if (on === (this.#hearing !== undefined)) return
    this.#hearing?.close()
    this.#tones = on ? this.#seek() : undefined
    const tones = this.#tones
    this.#hearing = tones && new Hearing(SAMPLE_RATE, { hear: (samples, count) => tones.hear(samples, count) })
  }

  #seek(): ToneDigits {
    return new ToneDigits(
      (digit) => { if (this.#isNew(digit, 'sound', performance.now())) this.#listener.passOn(digit, 'sound') },
      (digit, durationMs) => { if (this.#way === 'sound' && this.#digit === digit) this.#listener.heard(digit, durationMs) },
    )
  }

  /** A packet of an event. */
  event(packet: Uint8Array, view: RtpView, now: number): void {
    this.#events.take(packet, view.payloadStart, view.payloadEnd, view.timestamp, view.clock, now)
  }

  /** A packet of sound, or of none (a kind below 0). */
  sound(kind: number, packet: Uint8Array, view: RtpView, now: number): void {
    if (this.#hearing === undefined) return
    this.#soundAt = now
    if (kind >= 0) this.#hearing.take(kind as EncodingNumber, packet, view, now)
    else this.#hearing.skip(packet, view, now)
  }

  signalled(digit: string, durationMs: number, now: number): void {
    this.#whole(digit, durationMs, 'signalling', now)
  }

  /** Called now and then: ends a digit of which nothing more came. */
  sweep(now: number): void {
    this.#events.sweep(now)
    this.#hearing?.sweep(now)
    if (now - this.#soundAt > QUIET_MS) this.#tones?.end()
  }

  close(): void {
    this.inSound = false
  }

  #whole(digit: string, durationMs: number, way: DigitWay, now: number): void {
    if (!this.#isNew(digit, way, now)) return
    this.#listener.heard(digit, durationMs)
    this.#listener.passOn(digit, way)
  }

  #isNew(digit: string, way: DigitWay, now: number): boolean {
    if (digit === this.#digit && way !== this.#way && now - this.#at < TWICE_MS) return false
    this.#digit = digit
    this.#way = way
    this.#at = now
    return true
  }
}
