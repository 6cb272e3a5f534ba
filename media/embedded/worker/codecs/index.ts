/** The codecs of this engine, by a small number each; the worker's tables are made of these. */
import type { Encoding } from '../../../sdp/types.ts'
import type { SoundDecoder, SoundEncoder } from './codec.ts'
import { createG711Decoder, createG711Encoder, G711_RATE } from './g711.ts'
import { createG722Decoder, createG722Encoder } from './g722.ts'
import { createOpusDecoder, createOpusEncoder, OPUS_RATE } from './opus.ts'

export type { SoundDecoder, SoundEncoder } from './codec.ts'
export { changeLaw, lawTable } from './g711.ts'

/** Encodings by number inside the worker. */
export const PCMU = 0
export const PCMA = 8
export const G722 = 9
export const OPUS = 10
export type EncodingNumber = typeof PCMU | typeof PCMA | typeof G722 | typeof OPUS

export interface Codec {
  readonly number: EncodingNumber
  /** RTP timestamp units in a millisecond. That of G.722 counts pairs of samples (RFC 3551 §4.5.2). */
  readonly clock: 8 | 48
  /** Samples a second inside: what the encoder takes, and the decoder gives unless it can give others. */
  readonly rate: 8000 | 16_000
  /** Payload bytes in a millisecond, for codecs in which that never changes. */
  readonly bytesPerMs: number | undefined
  /** A decoder for a listener at `rate`; it gives that rate if it can, else its own. */
  decoder(rate: number): SoundDecoder
  encoder(): SoundEncoder
}

const codecs: Readonly<Record<Encoding, Codec>> = {
  PCMU: { number: PCMU, clock: 8, rate: G711_RATE, bytesPerMs: 8, decoder: () => createG711Decoder('mu'), encoder: () => createG711Encoder('mu') },
  PCMA: { number: PCMA, clock: 8, rate: G711_RATE, bytesPerMs: 8, decoder: () => createG711Decoder('a'), encoder: () => createG711Encoder('a') },
  G722: { number: G722, clock: 8, rate: 16_000, bytesPerMs: 8, decoder: createG722Decoder, encoder: createG722Encoder },
  opus: {
    number: OPUS, clock: 48, rate: OPUS_RATE, bytesPerMs: undefined,
    decoder: (rate) => createOpusDecoder(rate === 8000 || rate === 48_000 ? rate : 16_000), encoder: createOpusEncoder,
  },
}

const byNumber = new Map(Object.values(codecs).map((codec) => [codec.number, codec]))

export function codecNamed(name: Encoding): Codec {
  return codecs[name]
}

export function codecNumbered(number: EncodingNumber): Codec {
  return byNumber.get(number)!
}
