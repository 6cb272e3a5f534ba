/**
 * Opus (RFC 6716) by libopus: made when a stream first needs it, at the rate the stream needs.
 * The WebAssembly build: the native one keeps its buffers in common for all threads, and takes the
 * process down when a thread that used it ends.
 */
import { Decoder, Encoder } from '@evan/opus/wasm/index.mjs'
import type { SoundDecoder, SoundEncoder } from './codec.ts'

/** What we encode: speech, so wide band is the most that another codec here could give. */
export const OPUS_RATE = 16_000
/** Bits a second; about what libopus itself takes for wide-band speech. */
const BITRATE = 28_000
/** 0 to 10; beyond 5 the ear gains little and the processor pays much. */
const COMPLEXITY = 5

/** From opus_defines.h. */
const SET_BITRATE = 4002
const SET_COMPLEXITY = 4010
const SET_INBAND_FEC = 4012
const SET_PACKET_LOSS = 4014

/** libopus decodes to any of these by itself. */
export function createOpusDecoder(rate: 8000 | 16_000 | 48_000): SoundDecoder {
  const decoder = new Decoder({ channels: 1, sample_rate: rate })
  return {
    rate,
    decode(packet, start, end, out) {
      if (end <= start) return 0
      let bytes
      try {
        bytes = decoder.decode(packet.subarray(start, end))
      } catch {
        // Nonsense in the payload is a lost packet.
        return 0
      }
      const count = Math.min(bytes.length >> 1, out.length)
      for (let i = 0; i < count; i += 1) out[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8)
      return count
    },
    close: () => decoder.drop(),
  }
}

export function createOpusEncoder(): SoundEncoder {
  const encoder = new Encoder({ channels: 1, sample_rate: OPUS_RATE, application: 'voip' })
  encoder.ctl(SET_BITRATE, BITRATE)
  encoder.ctl(SET_COMPLEXITY, COMPLEXITY)
  // RFC 6716 §2.1.7: repairs a single lost packet for a peer that looks for it.
  encoder.ctl(SET_INBAND_FEC, 1)
  encoder.ctl(SET_PACKET_LOSS, 5)
  return {
    rate: OPUS_RATE,
    encode(samples, count, out, at) {
      const packet = encoder.encode(new Uint8Array(samples.buffer, samples.byteOffset, count * 2))
      out.set(packet, at)
      return packet.length
    },
    close: () => encoder.drop(),
  }
}
