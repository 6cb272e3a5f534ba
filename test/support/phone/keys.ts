/** Keys in the sound (ITU-T Q.23): made, and found again in frames of 20 ms. */
import { loudness, sine, toneShare } from '../tone.ts'

const ROWS = [697, 770, 852, 941]
const COLUMNS = [1209, 1336, 1477, 1633]
const KEYPAD = '123A456B789C*0#D'
export const KEY_FRAMES = 5
export const GAP_FRAMES = 4

/** One frame of the two tones of a key. */
export function keySamples(key: string, position: number, count: number): Int16Array {
  const at = KEYPAD.indexOf(key)
  const low = sine(ROWS[at >> 2]!, position, count, 5000)
  const high = sine(COLUMNS[at & 3]!, position, count, 5000)
  return low.map((sample, i) => sample + high[i]!)
}

/** Frames in, keys out, each once. */
export class KeyFinder {
  keys = ''
  #now = ''
  #before = ''

  hear(frame: Int16Array): void {
    const found = keyOf(frame)
    // Two frames in a row, so that a click is none.
    if (found !== '' && found === this.#before && found !== this.#now) this.keys += found
    if (found === this.#before) this.#now = found
    this.#before = found
  }
}

function keyOf(frame: Int16Array): string {
  if (loudness(frame) < 300) return ''
  const best = (tones: readonly number[]): number => tones.reduce((so, tone, at) => (toneShare(frame, tone) > toneShare(frame, tones[so]!) ? at : so), 0)
  const [row, column] = [best(ROWS), best(COLUMNS)]
  const [low, high] = [toneShare(frame, ROWS[row]!), toneShare(frame, COLUMNS[column]!)]
  return low > 0.25 && high > 0.25 && low + high > 0.8 ? KEYPAD[row * 4 + column]! : ''
}
