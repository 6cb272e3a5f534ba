/** Digits in the sound itself (ITU-T Q.23, Q.24), for phones that send no events: Goertzel's algorithm on blocks of 12.75 ms. */
import { digitOf } from './digits.ts'
import { SAMPLE_RATE } from './pcm.ts'

const BLOCK = 102
const ROWS = [697, 770, 852, 941]
const COLUMNS = [1209, 1336, 1477, 1633]
const coefficients = Float64Array.from([...ROWS, ...COLUMNS], (frequency) => 2 * Math.cos((2 * Math.PI * frequency) / SAMPLE_RATE))
/** Quieter than this (−39 dBm0) is no digit, in mean square. */
const LEAST_POWER = 40_000
/** Share of the sound that must lie in the two tones: speech has more besides. */
const LEAST_SHARE = 0.75
/** How much stronger the row may be than the column, and the other way round (Q.24: 8 dB and 4 dB, and some for bad lines). */
const ROW_STRONGER = 8
const COLUMN_STRONGER = 5
/** The strongest of each group is so much stronger than the next. */
const CLEARLY = 4
/** Blocks that must agree for a digit to begin and to end: 25 ms, less than the 40 ms that Q.24 asks of both. */
const AGREE = 2

export class ToneDigits {
  readonly #began: (digit: string) => void
  readonly #ended: (digit: string, durationMs: number) => void
  readonly #block = new Int16Array(BLOCK)
  readonly #powers = new Float64Array(8)
  #filled = 0
  #digit = -1
  #candidate = -1
  #agreed = 0
  #blocks = 0

  /** @param ended told with the duration when the tone stops */
  constructor(began: (digit: string) => void, ended: (digit: string, durationMs: number) => void) {
    this.#began = began
    this.#ended = ended
  }

  /** Sound at 8 kHz, without gaps. */
  hear(samples: Int16Array, count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.#block[this.#filled] = samples[i]!
      this.#filled += 1
      if (this.#filled < BLOCK) continue
      this.#filled = 0
      this.#follow(this.#find())
    }
  }

  /** The sound has stopped. */
  end(): void {
    this.#filled = 0
    if (this.#digit >= 0) for (let i = 0; i < AGREE; i += 1) this.#follow(-1)
  }

  /** One block shows `place` on the keypad, or −1 for none. */
  #follow(place: number): void {
    this.#blocks += 1
    this.#agreed = place === this.#candidate ? this.#agreed + 1 : 1
    this.#candidate = place
    if (this.#agreed !== AGREE || place === this.#digit) return
    if (this.#digit >= 0) this.#ended(digitOf(this.#digit), Math.round(((this.#blocks - AGREE) * BLOCK * 1000) / SAMPLE_RATE))
    this.#digit = place
    this.#blocks = AGREE
    if (place >= 0) this.#began(digitOf(place))
  }

  #find(): number {
    const block = this.#block
    let energy = 0
    for (let i = 0; i < BLOCK; i += 1) energy += block[i]! * block[i]!
    if (energy < LEAST_POWER * BLOCK) return -1
    const powers = this.#powers
    for (let tone = 0; tone < 8; tone += 1) {
      const coefficient = coefficients[tone]!
      let before = 0
      let last = 0
      for (let i = 0; i < BLOCK; i += 1) {
        const now = block[i]! + coefficient * last - before
        before = last
        last = now
      }
      powers[tone] = (2 * (before * before + last * last - coefficient * before * last)) / (BLOCK * energy)
    }
    const row = strongest(powers, 0)
    const column = strongest(powers, 4)
    if (row < 0 || column < 0) return -1
    const [low, high] = [powers[row]!, powers[column]!]
    if (low + high < LEAST_SHARE || low > high * ROW_STRONGER || high > low * COLUMN_STRONGER) return -1
    return row * 4 + column - 4
  }
}

/** The clearly strongest of four, or −1. */
function strongest(powers: Float64Array, first: number): number {
  let best = first
  for (let i = first + 1; i < first + 4; i += 1) if (powers[i]! > powers[best]!) best = i
  for (let i = first; i < first + 4; i += 1) if (i !== best && powers[i]! * CLEARLY > powers[best]!) return -1
  return best
}
