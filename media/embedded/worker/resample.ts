/** Sound from one rate to another, packet after packet without a seam: a polyphase windowed sinc. */

/** Reach of the filter to each side, in samples of the lower rate. */
const REACH = 16
/** Kaiser's window: 60 dB of attenuation. */
const BETA = 5.65
/** Edge of the pass band as a share of the lower rate; half of it would be the limit. */
const EDGE = 0.47

interface Phases {
  /** Coefficients by phase, oldest sample first. */
  coefficients: Float32Array[]
  taps: number
  /** How far the output lags, in output samples. */
  delay: number
}

const filters = new Map<string, Phases>()

export class Resampler {
  readonly #up: number
  readonly #down: number
  readonly #phases: Phases
  #line: Float32Array
  #phase = 0
  #index = 0

  constructor(from: number, to: number) {
    const common = divisor(from, to)
    this.#up = to / common
    this.#down = from / common
    const key = `${this.#up}/${this.#down}`
    const phases = filters.get(key) ?? makePhases(this.#up, this.#down)
    filters.set(key, phases)
    this.#phases = phases
    this.#line = new Float32Array(phases.taps + 2000)
  }

  /** How far the output lags, in whole output samples. */
  get delay(): number {
    return Math.round(this.#phases.delay)
  }

  /** Converts `count` samples into `out`, which must have room; returns how many came out. */
  process(samples: Int16Array, count: number, out: Int16Array): number {
    const { taps, coefficients } = this.#phases
    const history = taps - 1
    if (this.#line.length < history + count) {
      const longer = new Float32Array(history + count)
      longer.set(this.#line.subarray(0, history))
      this.#line = longer
    }
    const line = this.#line
    for (let i = 0; i < count; i += 1) line[history + i] = samples[i]!
    let [index, phase, made] = [this.#index, this.#phase, 0]
    while (index < count) {
      const row = coefficients[phase]!
      let sum = 0
      for (let tap = 0; tap < taps; tap += 1) sum += row[tap]! * line[index + tap]!
      out[made] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : Math.round(sum)
      made += 1
      phase += this.#down
      while (phase >= this.#up) {
        phase -= this.#up
        index += 1
      }
    }
    this.#index = index - count
    this.#phase = phase
    line.copyWithin(0, count, count + history)
    return made
  }
}

/** A whole sound at another rate, its delay taken out. */
export function resampleAll(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples
  const resampler = new Resampler(from, to)
  const { delay } = resampler
  const wanted = Math.floor((samples.length * to) / from)
  const padded = new Int16Array(samples.length + Math.ceil(((delay + 1) * from) / to))
  padded.set(samples)
  const out = new Int16Array(Math.ceil((padded.length * to) / from) + 1)
  resampler.process(padded, padded.length, out)
  return out.slice(delay, delay + wanted)
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}

function makePhases(up: number, down: number): Phases {
  const widest = Math.max(up, down)
  // Taps a phase: the reach counted in input samples.
  const taps = 2 * REACH * Math.ceil(widest / up)
  const length = taps * up
  const middle = (length - 1) / 2
  const cutoff = EDGE / widest
  const prototype = Float64Array.from({ length }, (_, i) => {
    const x = i - middle
    const sinc = Math.abs(x) < 1e-9 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x)
    return sinc * kaiser(x / middle)
  })
  const coefficients = Array.from({ length: up }, (_, phase) => {
    const row = Float32Array.from({ length: taps }, (_value, tap) => prototype[phase + up * (taps - 1 - tap)]!)
    // Each phase passes a constant unchanged, so that no phase is louder than another.
    const sum = row.reduce((total, value) => total + value, 0)
    return row.map((value) => value / sum)
  })
  return { coefficients, taps, delay: middle / down }
}

function kaiser(x: number): number {
  return bessel(BETA * Math.sqrt(Math.max(0, 1 - x * x))) / bessel(BETA)
}

function bessel(x: number): number {
  let [sum, term] = [1, 1]
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
