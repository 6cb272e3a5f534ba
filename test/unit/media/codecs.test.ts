import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeLaw, createG711Encoder, lawTable, type Law } from '../../../media/embedded/worker/codecs/g711.ts'

const encoders = { mu: createG711Encoder('mu'), a: createG711Encoder('a') }

function enc(law: Law, sample: number): number {
  const out = new Uint8Array(1)
  encoders[law].encode(Int16Array.of(sample), 1, out, 0)
  return out[0]!
}

// ITU-T G.711 tables 1 and 2: decoder outputs on the 16-bit scale.
test('μ-law decodes to the values of G.711', () => {
  const known: [number, number][] = [[0x00, -32124], [0x80, 32124], [0x7f, 0], [0xff, 0], [0xfe, 8], [0x7e, -8], [0xef, 132], [0x8f, 16764], [0xf0, 120]]
  for (const [code, sample] of known) assert.equal(lawTable('mu')[code], sample, code.toString(16))
})

test('A-law decodes to the values of G.711', () => {
  const known: [number, number][] = [[0xd5, 8], [0x55, -8], [0x2a, -32256], [0xaa, 32256], [0xd4, 24], [0xc5, 264], [0x80, 5504]]
  for (const [code, sample] of known) assert.equal(lawTable('a')[code], sample, code.toString(16))
})

test('encoding: silence, full scale and beyond', () => {
  assert.equal(enc('mu', 0), 0xff)
  assert.equal(enc('mu', 32_767), 0x80)
  assert.equal(enc('mu', -32_768), 0x00)
  assert.equal(enc('a', 0), 0xd5)
  assert.equal(enc('a', -1), 0x55)
  assert.equal(enc('a', 32_767), 0xaa)
  assert.equal(enc('a', -32_768), 0x2a)
})

for (const law of ['mu', 'a'] as const) {
  test(`${law}-law: every code survives a round trip`, () => {
    for (let code = 0; code < 256; code += 1) {
      // μ-law has two zeros; the negative one becomes the positive.
      const expected = law === 'mu' && code === 0x7f ? 0xff : code
      assert.equal(enc(law, lawTable(law)[code]!), expected, code.toString(16))
    }
  })

  test(`${law}-law: encoding picks the nearest step`, () => {
    for (let sample = -32_000; sample <= 32_000; sample += 7) {
      const heard = lawTable(law)[enc(law, sample)]!
      assert.ok(Math.abs(heard - sample) <= Math.max(16, Math.abs(sample) / 16), `${sample} became ${heard}`)
    }
  })
}

test('transcoding works in place, within its bounds', () => {
  const bytes = Uint8Array.from([1, enc('mu', 1000), enc('mu', -5000), 1])
  changeLaw('mu', bytes, 1, 3)
  assert.deepEqual([...bytes], [1, enc('a', lawTable('mu')[enc('mu', 1000)]!), enc('a', lawTable('mu')[enc('mu', -5000)]!), 1])
  changeLaw('a', bytes, 1, 3)
  assert.ok(Math.abs(lawTable('mu')[bytes[1]!]! - 1000) < 64)
})
