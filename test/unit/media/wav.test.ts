import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadSound, readWav, wavHeader } from '../../../media/embedded/worker/wav.ts'
import { strength } from '../../contract/media/rtp-peer.ts'

function wav(code: number, channels: number, rate: number, bits: number, data: Buffer, extra = Buffer.alloc(0)): Buffer {
  const header = wavHeader(channels, data.length)
  header.writeUInt16LE(code, 20)
  header.writeUInt32LE(rate, 24)
  header.writeUInt16LE(bits, 34)
  return Buffer.concat([header.subarray(0, 36), extra, header.subarray(36), data])
}

function pcm(rate: number, seconds: number, frequency: number, channels = 1): Buffer {
  const data = Buffer.alloc(rate * seconds * 2 * channels)
  for (let i = 0; i < rate * seconds; i += 1) {
    for (let c = 0; c < channels; c += 1) data.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * frequency * i) / rate)), (i * channels + c) * 2)
  }
  return data
}

test('the header says what the file is', () => {
  const header = wavHeader(2, 32_000)
  assert.equal(header.toString('latin1', 0, 4), 'RIFF')
  assert.equal(header.readUInt32LE(4), 32_036)
  assert.equal(header.readUInt32LE(28), 32_000)
  assert.equal(header.readUInt16LE(32), 4)
  assert.equal(header.readUInt32LE(40), 32_000)
})

test('8 kHz mono is taken as it is, other chunks are stepped over', () => {
  const data = pcm(8000, 1, 440)
  const list = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1')
  assert.deepEqual([...readWav(wav(1, 1, 8000, 16, data, list)).subarray(0, 5)], [0, 1, 2, 3, 4].map((i) => data.readInt16LE(i * 2)))
})

for (const rate of [11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]) {
  test(`${rate} Hz becomes 8 kHz without what 8 kHz cannot carry`, () => {
    const low = readWav(wav(1, 1, rate, 16, pcm(rate, 1, 1000)))
    // What comes first is there at once: the filter's delay is taken out.
    assert.ok(Math.abs(low[2]! - 10_000) < 500, String(low[2]))
    assert.equal(low.length, 8000)
    assert.ok(Math.abs(strength(low, 1000) - 10_000) < 500, String(strength(low, 1000)))
    const high = readWav(wav(1, 1, rate, 16, pcm(rate, 1, 5000)))
    assert.ok(strength(high, 3000) < 100, 'no mirror image')
  })
}

test('stereo is mixed, G.711 is decoded', () => {
  assert.ok(Math.abs(strength(readWav(wav(1, 2, 8000, 16, pcm(8000, 1, 700, 2))), 700) - 10_000) < 100)
  assert.deepEqual([...readWav(wav(7, 1, 8000, 8, Buffer.from([0xff, 0x80, 0x00])))], [0, 32_124, -32_124])
  assert.deepEqual([...readWav(wav(6, 1, 8000, 8, Buffer.from([0xd5, 0x55])))], [8, -8])
})

test('a file whose writer was killed plays as far as it goes', () => {
  const file = wav(1, 1, 8000, 16, pcm(8000, 1, 440))
  file.writeUInt32LE(0xffffffff, 40)
  assert.equal(readWav(file).length, 8000)
})

const bad: [string, Buffer, RegExp][] = [
  ['empty', Buffer.alloc(0), /not a WAV/],
  ['text', Buffer.from('something else that is long enough to be a header of a sound file'), /not a WAV/],
  ['no data', wav(1, 1, 8000, 16, Buffer.alloc(0)).subarray(0, 36), /no sound/],
  ['12 kHz', wav(1, 1, 12_000, 16, Buffer.alloc(100)), /12000 Hz/],
  ['0 Hz', wav(1, 1, 0, 16, Buffer.alloc(100)), /0 Hz/],
  ['24 bit', wav(1, 1, 8000, 24, Buffer.alloc(100)), /neither/],
  ['six channels', wav(1, 6, 8000, 16, Buffer.alloc(100)), /6 channels/],
]
for (const [name, file, why] of bad) {
  test(`refused: ${name}`, () => { assert.throws(() => readWav(file), (error) => error instanceof BadSound && why.test(error.message)) })
}
