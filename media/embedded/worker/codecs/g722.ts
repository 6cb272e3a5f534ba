/**
 * G.722 at 64 kbit/s (ITU-T G.722, 11/88 and later): 16 kHz sound in two sub-bands of ADPCM.
 * The blocks have the names of clause 6; the numbers are those of its tables.
 */
import type { SoundDecoder, SoundEncoder } from './codec.ts'

/** Table 11: the transmit and receive QMF, half of a symmetric filter of 24. */
const QMF = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11)
/** WL, IL4 (table 8), ILB (table 9), WH and IH2. */
const WL = Int32Array.of(-60, -30, 58, 172, 334, 538, 1198, 3042)
const IL4 = Int32Array.of(0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0)
const ILB = Int32Array.from({ length: 32 }, (_, i) => Math.round(2048 * 2 ** (i / 32)))
const WH = Int32Array.of(0, -214, 798)
const IH2 = Int32Array.of(2, 1, 2, 1)
/** Inverse quantizers: 2 bits of the high band, 4 and 6 of the low. */
const QM2 = Int32Array.of(-7408, -1616, 7408, 1616)
const QM4 = Int32Array.of(0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0)
const QM6_STEPS = [24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728]
const QM6 = Int32Array.of(-136, -136, -136, -136, ...QM6_STEPS.map((step) => -step), ...QM6_STEPS, 432, 136, -432, -136)
/** Decision levels of the 6-bit quantizer. */
const Q6 = Int32Array.of(0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121,
  1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919)
/** The code of decision interval 1 to 30, negative and positive. */
const NEGATIVE_6 = Int32Array.from({ length: 31 }, (_, i) => (i === 0 ? 0 : i <= 2 ? 64 - i : 34 - i))
const POSITIVE_6 = Int32Array.from({ length: 31 }, (_, i) => (i === 0 ? 0 : 62 - i))

function saturate(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value
}

/** Sub-band signals have 15 bits. */
function limit(value: number): number {
  return value > 16_383 ? 16_383 : value < -16_384 ? -16_384 : value
}

/** One sub-band: its scale factor and its predictor, the same at both ends. */
class Band {
  /** The predicted sample. */
  s = 0
  det: number
  readonly #high: boolean
  #nb = 0
  #sz = 0
  #a1 = 0
  #a2 = 0
  #r1 = 0
  #p1 = 0
  #p2 = 0
  readonly #b = new Int32Array(6)
  readonly #d = new Int32Array(6)

  constructor(high: boolean) {
    this.#high = high
    this.det = high ? 8 : 32
  }

  /** LOGSCL, SCALEL (and H): the next scale factor from the code's magnitude class. */
  scale(weight: number): void {
    const most = this.#high ? 22_528 : 18_432
    const nb = ((this.#nb * 127) >> 7) + weight
    this.#nb = nb < 0 ? 0 : nb > most ? most : nb
    const shift = (this.#high ? 10 : 8) - (this.#nb >> 11)
    const base = ILB[(this.#nb >> 6) & 31]!
    this.det = (shift < 0 ? base << -shift : base >> shift) << 2
  }

  /** Block 4: adapts the predictor to the quantized difference and predicts the next sample. */
  adapt(d0: number): void {
    const r0 = saturate(this.s + d0)
    const p0 = saturate(this.#sz + d0)
    // UPPOL2, UPPOL1: the pole section, by the signs of the partial reconstructions.
    const same1 = (p0 ^ this.#p1) >= 0
    const same2 = (p0 ^ this.#p2) >= 0
    const wd = saturate(this.#a1 << 2)
    const turned = same1 ? -wd : wd
    let a2 = ((turned > 32_767 ? 32_767 : turned) >> 7) + (same2 ? 128 : -128) + ((this.#a2 * 32_512) >> 15)
    a2 = a2 > 12_288 ? 12_288 : a2 < -12_288 ? -12_288 : a2
    let a1 = saturate((same1 ? 192 : -192) + ((this.#a1 * 32_640) >> 15))
    const bound = saturate(15_360 - a2)
    a1 = a1 > bound ? bound : a1 < -bound ? -bound : a1
    // UPZERO, DELAYA, FILTEZ: the zero section.
    const b = this.#b
    const d = this.#d
    const step = d0 === 0 ? 0 : 128
    let sz = 0
    for (let i = 5; i >= 0; i -= 1) {
      const coefficient = saturate(((d[i]! ^ d0) >= 0 ? step : -step) + ((b[i]! * 32_640) >> 15))
      b[i] = coefficient
      const difference = i === 0 ? d0 : d[i - 1]!
      d[i] = difference
      sz += (coefficient * saturate(difference + difference)) >> 15
    }
    this.#sz = saturate(sz)
    // FILTEP, PREDIC.
    const sp = saturate(((a1 * saturate(r0 + r0)) >> 15) + ((a2 * saturate(this.#r1 + this.#r1)) >> 15))
    this.s = saturate(sp + this.#sz)
    this.#a1 = a1
    this.#a2 = a2
    this.#r1 = r0
    this.#p2 = this.#p1
    this.#p1 = p0
  }
}

/** The delay line of a QMF; a copy behind its end saves the wrap. */
class Mirror {
  readonly line = new Int32Array(48)
  at = 0

  push(first: number, second: number): void {
    const { line, at } = this
    line[at] = line[at + 24] = first
    line[at + 1] = line[at + 25] = second
    this.at = at === 22 ? 0 : at + 2
  }
}

export function createG722Encoder(): SoundEncoder {
  const low = new Band(false)
  const high = new Band(true)
  const mirror = new Mirror()
  return {
    rate: 16_000,
    encode(samples, count, out, at) {
      for (let i = 0; i + 1 < count; i += 2) {
        mirror.push(samples[i]!, samples[i + 1]!)
        const { line, at: start } = mirror
        let odd = 0
        let even = 0
        for (let tap = 0; tap < 12; tap += 1) {
          odd += line[start + 2 * tap]! * QMF[tap]!
          even += line[start + 2 * tap + 1]! * QMF[11 - tap]!
        }
        out[at + (i >> 1)] = (encodeHigh(high, limit((even - odd) >> 14)) << 6) | encodeLow(low, limit((even + odd) >> 14))
      }
      return count >> 1
    },
  }
}

function encodeLow(band: Band, sample: number): number {
  const difference = saturate(sample - band.s)
  const magnitude = difference >= 0 ? difference : -(difference + 1)
  let interval = 1
  while (interval < 30 && magnitude >= (Q6[interval]! * band.det) >> 12) interval += 1
  const code = difference < 0 ? NEGATIVE_6[interval]! : POSITIVE_6[interval]!
  followLow(band, code)
  return code
}

function encodeHigh(band: Band, sample: number): number {
  const difference = saturate(sample - band.s)
  const magnitude = difference >= 0 ? difference : -(difference + 1)
  const near = magnitude < (564 * band.det) >> 12
  const code = difference < 0 ? (near ? 1 : 0) : (near ? 3 : 2)
  followHigh(band, code)
  return code
}

/** The low predictor lives on the four upper bits, so that the lower two may be stolen. */
function followLow(band: Band, code: number): void {
  const upper = code >> 2
  const difference = (band.det * QM4[upper]!) >> 15
  band.scale(WL[IL4[upper]!]!)
  band.adapt(difference)
}

function followHigh(band: Band, code: number): number {
  const difference = (band.det * QM2[code]!) >> 15
  band.scale(WH[IH2[code]!]!)
  band.adapt(difference)
  return difference
}

export function createG722Decoder(): SoundDecoder {
  const low = new Band(false)
  const high = new Band(true)
  const mirror = new Mirror()
  return {
    rate: 16_000,
    decode(packet, start, end, out) {
      let made = 0
      for (let i = start; i < end && made + 1 < out.length; i += 1) {
        const code = packet[i]!
        const below = limit(low.s + ((low.det * QM6[code & 63]!) >> 15))
        followLow(low, code & 63)
        const predicted = high.s
        const above = limit(predicted + followHigh(high, code >> 6))
        mirror.push(below + above, below - above)
        const { line, at } = mirror
        let first = 0
        let second = 0
        for (let tap = 0; tap < 12; tap += 1) {
          second += line[at + 2 * tap]! * QMF[tap]!
          first += line[at + 2 * tap + 1]! * QMF[11 - tap]!
        }
        out[made] = saturate(first >> 11)
        out[made + 1] = saturate(second >> 11)
        made += 2
      }
      return made
    },
  }
}
