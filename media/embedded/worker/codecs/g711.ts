/** G.711 (ITU-T G.711) as tables: one look-up a sample, every way round. */

import type { SoundDecoder, SoundEncoder } from './codec.ts'

/** Samples a second. */
export const G711_RATE = 8000

export type Law = 'mu' | 'a'

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

/** A code to its sample. */
export function lawTable(law: Law): Int16Array {
  return law === 'mu' ? fromMu : fromA
}

export function createG711Decoder(law: Law): SoundDecoder {
  const table = lawTable(law)
  return {
    rate: G711_RATE,
    decode(packet, start, end, out) {
      const count = Math.min(end - start, out.length)
      for (let i = 0; i < count; i += 1) out[i] = table[packet[start + i]!]!
      return count
    },
  }
}

export function createG711Encoder(law: Law): SoundEncoder {
  const table = law === 'mu' ? toMu : toA
  return {
    rate: G711_RATE,
    encode(samples, count, out, at) {
      for (let i = 0; i < count; i += 1) out[at + i] = table[samples[i]! & 0xffff]!
      return count
    },
  }
}

/** Converts to the other law in place. */
export function changeLaw(from: Law, bytes: Uint8Array, start: number, end: number): void {
  const table = from === 'mu' ? muToA : aToMu
  for (let i = start; i < end; i += 1) bytes[i] = table[bytes[i]!]!
}
