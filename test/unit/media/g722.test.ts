import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createG722Decoder, createG722Encoder } from '../../../media/embedded/worker/codecs/g722.ts'
import { missing } from '../../support/run/peers.ts'
import { AS_G722, convert, PCM_16 } from '../../contract/media/codec-peer.ts'
import { strength } from '../../contract/media/rtp-peer.ts'

const RATE = 16_000

/** A tone, a sweep with noise, noise at full scale, silence, a loud chord: every step of the scale factors is visited. */
function testSound(): Int16Array {
  let state = 12_345
  const noise = (): number => ((state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 8 & 0xffff) - 32_768
  return Int16Array.from({ length: RATE * 5 }, (_, i) => {
    const t = i / RATE
    if (t < 1) return 12_000 * Math.sin(2 * Math.PI * 440 * t)
    if (t < 2) return 9000 * Math.sin(2 * Math.PI * (200 + 3500 * (t - 1)) * t) + noise() * 0.1
    if (t < 3) return noise()
    if (t < 4) return 0
    return 10_000 * (Math.sin(2 * Math.PI * 300 * t) + Math.sin(2 * Math.PI * 5100 * t))
  })
}

function encode(samples: Int16Array): Uint8Array {
  const encoder = createG722Encoder()
  const out = new Uint8Array(samples.length / 2)
  // In packets, as a stream comes.
  for (let at = 0; at < samples.length; at += 320) encoder.encode(samples.subarray(at, at + 320), 320, out, at / 2)
  return out
}

function decode(bytes: Uint8Array): Int16Array {
  const decoder = createG722Decoder()
  const out = new Int16Array(bytes.length * 2)
  for (let at = 0; at < bytes.length; at += 160) decoder.decode(bytes, at, Math.min(bytes.length, at + 160), out.subarray(at * 2))
  return out
}

test('bit for bit what an independent coder and decoder make', { skip: missing('ffmpeg') }, () => {
  const samples = testSound()
  const theirs = convert(Buffer.from(samples.buffer), PCM_16, ['-c:a', 'g722', ...AS_G722])
  const ours = encode(samples)
  assert.equal(Buffer.compare(theirs, Buffer.from(ours)), 0)
  const heard = convert(theirs, AS_G722, ['-f', 's16le'])
  assert.equal(Buffer.compare(heard, Buffer.from(decode(ours).buffer)), 0)
})

test('a tone comes back with its level, in either band', () => {
  for (const frequency of [440, 3000, 5500]) {
    const samples = Int16Array.from({ length: RATE }, (_, i) => 8000 * Math.sin((2 * Math.PI * frequency * i) / RATE))
    const level = strength(decode(encode(samples)).subarray(1600, 8000), frequency, RATE)
    assert.ok(level > 7300 && level < 8700, `${frequency} Hz: ${level}`)
  }
})

test('any byte can be decoded', () => {
  const samples = decode(Uint8Array.from({ length: 16_000 }, (_, i) => (i * 7919) >> 3))
  assert.ok(samples.every((sample) => sample >= -32_768 && sample <= 32_767))
})
