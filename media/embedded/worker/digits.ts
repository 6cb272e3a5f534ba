/** RFC 4733 telephone events: recognising what comes in. */
import type { RtpView } from './rtp.ts'

const DIGITS = '0123456789*#ABCD'
/** As they lie on the keypad, row by row. */
const KEYPAD = '123A456B789C*0#D'
/** No packet of an event for this long: its end was lost. */
const LOST_END_MS = 250

/** The event number of a digit, or undefined. */
export function eventOf(digit: string): number | undefined {
  const event = DIGITS.indexOf(digit.toUpperCase())
  return digit.length === 1 && event >= 0 ? event : undefined
}

/** The digit of an event number below 16. */
export function digitAt(event: number): string {
  return DIGITS[event]!
}

/** The two tones of a digit in Hz (ITU-T Q.23). */
export function tonesOf(digit: string): readonly [number, number] | undefined {
  const event = eventOf(digit)
  if (event === undefined) return undefined
  const place = KEYPAD.indexOf(DIGITS[event]!)
  return [[697, 770, 852, 941][place >> 2]!, [1209, 1336, 1477, 1633][place & 3]!]
}

/** The digit at a place of the keypad, row by row from 0. */
export function digitOf(place: number): string {
  return KEYPAD[place]!
}

/** Rewrites the duration of an event, whose clock is `view.clock`, for another one; what no longer fits in 16 bits stays at their most. */
export function changeEventClock(packet: Uint8Array, view: RtpView, clock: number): void {
  if (view.payloadEnd - view.payloadStart < 4) return
  const at = view.payloadStart + 2
  const duration = Math.min(0xffff, Math.round((((packet[at]! << 8) | packet[at + 1]!) * clock) / view.clock))
  packet[at] = duration >>> 8
  packet[at + 1] = duration & 0xff
}

/** Turns event packets into digits, each reported once, at its end. */
export class DigitDetector {
  readonly #report: (digit: string, durationMs: number) => void
  #event = -1
  #timestamp = -1
  #duration = 0
  #clock = 8
  #heard = 0
  #reported = true

  constructor(report: (digit: string, durationMs: number) => void) {
    this.#report = report
  }

  /** One event packet's payload starts at `at`; `clock` is in timestamp units a millisecond. */
  take(packet: Uint8Array, at: number, end: number, timestamp: number, clock: number, now: number): void {
    if (end - at < 4) return
    const event = packet[at]!
    if (event >= DIGITS.length) return
    if (timestamp !== this.#timestamp) {
      // RFC 4733 §2.5.1.2: the start of the next event ends one whose end packets were lost.
      this.#finish()
      this.#timestamp = timestamp
      this.#event = event
      this.#reported = false
    }
    this.#heard = now
    this.#clock = clock
    this.#duration = (packet[at + 2]! << 8) | packet[at + 3]!
    if ((packet[at + 1]! & 0x80) !== 0) this.#finish()
  }

  /** Called now and then: ends an event of which nothing more came. */
  sweep(now: number): void {
    if (!this.#reported && now - this.#heard > LOST_END_MS) this.#finish()
  }

  #finish(): void {
    if (this.#reported) return
    this.#reported = true
    this.#report(DIGITS[this.#event]!, Math.round(this.#duration / this.#clock))
  }
}
