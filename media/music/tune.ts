/**
 * The music that comes with the house: a slow tune of our own, made by calculation, free of any
 * rights of others. Broken chords below, a melody of five notes above, soft strokes that ring out.
 */

const BEAT_S = 0.72
const BARS = 16
const BEATS = 4
/** About −16 dBm0 at its loudest: below speech, as networks like it. */
const PEAK = 5200

/** Chords as semitones above the C below middle C, a bar each. */
const CHORDS = [[0, 4, 7, 12], [-3, 0, 4, 9], [-7, -3, 0, 5], [-5, -1, 2, 7]]
/** The melody as semitones above middle C; undefined rests. A phrase of four bars and its answer. */
const MELODY: readonly (number | undefined)[] = [
  7, undefined, 9, 12, 9, undefined, 7, undefined, 9, undefined, 12, 14, 16, undefined, 14, undefined,
  12, undefined, 9, 7, 9, undefined, undefined, undefined, 4, undefined, 7, 9, 7, undefined, undefined, undefined,
]

/** One whole round of the tune; it can be repeated without a seam. */
export function makeTune(rate: number): Int16Array {
  const total = Math.round(BARS * BEATS * BEAT_S * rate)
  const sum = new Float64Array(total)
  for (let beat = 0; beat < BARS * BEATS; beat += 1) {
    const chord = CHORDS[Math.floor(beat / BEATS) % CHORDS.length]!
    for (const half of [0, 1]) strike(sum, rate, (beat + half / 2) * BEAT_S, chord[(beat * 2 + half) % chord.length]!, 0.45, 1.6)
    const note = MELODY[beat % MELODY.length]
    if (note !== undefined) strike(sum, rate, beat * BEAT_S, note + 12, 0.8, 2.2)
  }
  const loudest = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9)
  return Int16Array.from(sum, (value) => (value * PEAK) / loudest)
}

/** One stroke: a note and two overtones, dying away. What rings on beyond the end goes to the beginning. */
function strike(sum: Float64Array, rate: number, atS: number, semitones: number, strength: number, ringS: number): void {
  const step = (2 * Math.PI * 130.81 * 2 ** (semitones / 12)) / rate
  const [turnCos, turnSin] = [Math.cos(step), Math.sin(step)]
  const attack = 0.012 * rate
  const fading = Math.exp(-2.5 / ringS / rate)
  // The overtones die away sooner, as they do on strings.
  const [fadingSecond, fadingThird] = [Math.exp(-2 / rate), Math.exp(-4 / rate)]
  let [cos, sin, level, second, third] = [1, 0, strength, 0.35, 0.12]
  let at = Math.round(atS * rate) % sum.length
  for (let i = 0; i < ringS * 1.5 * rate; i += 1) {
    // Of the double and the triple angle, so that nothing but the first is turned.
    const wave = sin + second * 2 * sin * cos + third * sin * (3 - 4 * sin * sin)
    sum[at]! += level * Math.min(1, i / attack) * wave;
    [cos, sin] = [cos * turnCos - sin * turnSin, sin * turnCos + cos * turnSin]
    level *= fading
    second *= fadingSecond
    third *= fadingThird
    at = at + 1 === sum.length ? 0 : at + 1
  }
}
