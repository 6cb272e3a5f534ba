/** G.711 (ITU-T G.711) as tables: one look-up a sample, every way round. */

/** Encodings by number inside the worker. */
export const PCMU = 0
export const PCMA = 8
export type EncodingNumber = typeof PCMU | typeof PCMA

export function encodingNumber(name: 'PCMU' | 'PCMA'): EncodingNumber {
  return name === 'PCMU' ? PCMU : PCMA
}

export const SAMPLE_RATE = 8000
/** Samples, and bytes of G.711, in 20 ms. */
export const FRAME = 160

function decodeMu(code: number): number {
  const bits = ~code & 0xff
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)
  return (bits & 0x80) !== 0 ? 0x84 - magnitude : magnitude - 0x84
}

function decodeA(code: number): number {
  const bits = code ^ 0x55
  const segment = (bits & 0x70) >> 4
  const low = ((bits & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? low : (low + 0x100) << (segment - 1)
  return (bits & 0x80) !== 0 ? magnitude : -magnitude
}

function encodeMu(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84
  const exponent = 24 - Math.clz32(magnitude)
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff
}

function encodeA(sample: number): number {
  // One's complement for the negative half: −1 is the mirror of 0, not of 1.
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32_767)
  const exponent = magnitude < 256 ? 0 : 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55
}

const fromMu = Int16Array.from({ length: 256 }, (_, code) => decodeMu(code))
const fromA = Int16Array.from({ length: 256 }, (_, code) => decodeA(code))
// Indexed by the sample's 16 bits, so that a negative one needs no branch.
const toMu = Uint8Array.from({ length: 65_536 }, (_, bits) => encodeMu((bits << 16) >> 16))
const toA = Uint8Array.from({ length: 65_536 }, (_, bits) => encodeA((bits << 16) >> 16))
const muToA = Uint8Array.from({ length: 256 }, (_, code) => encodeA(decodeMu(code)))
const aToMu = Uint8Array.from({ length: 256 }, (_, code) => encodeMu(decodeA(code)))

export function decoder(encoding: EncodingNumber): Int16Array {
  return encoding === PCMU ? fromMu : fromA
}

export function encoder(encoding: EncodingNumber): Uint8Array {
  return encoding === PCMU ? toMu : toA
}

/** Encodes `count` samples into `out` from `at`. */
export function encode(encoding: EncodingNumber, samples: Int16Array, out: Uint8Array, at: number, count: number): void {
  const table = encoder(encoding)
  for (let i = 0; i < count; i += 1) out[at + i] = table[samples[i]! & 0xffff]!
}

/** Converts one G.711 law to the other in place. */
export function transcode(from: EncodingNumber, bytes: Uint8Array, start: number, end: number): void {
  const table = from === PCMU ? muToA : aToMu
  for (let i = start; i < end; i += 1) bytes[i] = table[bytes[i]!]!
}
