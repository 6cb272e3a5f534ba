import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanOpinionScore, Reception } from '../../../media/embedded/worker/reception.ts'

function feed(reception: Reception, sequences: number[], ssrc = 1): void {
  for (const sequence of sequences) reception.take(ssrc, sequence & 0xffff, sequence * 160, 160, sequence * 20, 8, true)
}

const run = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)

test('nothing lost over the wrap of the sequence number', () => {
  const reception = new Reception()
  feed(reception, run(65_500, 100))
  assert.equal(reception.lost, 0)
  assert.equal(reception.expected, 100)
  assert.equal(reception.highestExtended, 65_536 + 63)
})

test('a gap is lost, a late packet is not', () => {
  const reception = new Reception()
  feed(reception, [1, 2, 3, 6, 5, 7])
  assert.equal(reception.lost, 1)
  assert.equal(reception.takeFractionLost(), Math.floor(256 / 7))
  feed(reception, run(8, 10))
  assert.equal(reception.takeFractionLost(), 0, 'only what was lost since the last report')
})

test('duplicates never make loss negative', () => {
  const reception = new Reception()
  feed(reception, [1, 1, 1, 2])
  assert.equal(reception.lost, 0)
})

test('a new stream starts anew and keeps what was lost before', () => {
  const reception = new Reception()
  feed(reception, [1, 3], 1)
  feed(reception, run(40_000, 10), 2)
  assert.equal(reception.lost, 1)
  assert.equal(reception.expected, 13)
  feed(reception, run(3000, 10), 2)
  assert.equal(reception.lost, 1, 'a restart within one SSRC is no loss either')
})

test('jitter follows RFC 3550 A.8 and ignores pauses', () => {
  const reception = new Reception()
  for (let i = 0; i < 200; i += 1) reception.take(1, i, i * 160, 160, i * 20 + (i % 2) * 10, 8, true)
  assert.ok(Math.abs(reception.jitter - 80) < 1, String(reception.jitter))
  const before = reception.jitter
  reception.take(1, 200, 200 * 160, 160, 200 * 20 + 10_000, 8, true)
  assert.equal(reception.jitter, before)
})

test('jitter in milliseconds does not depend on the clock, nor on its change', () => {
  const reception = new Reception()
  for (let i = 0; i < 200; i += 1) reception.take(1, i, i * 960, 60, i * 20 + (i % 2) * 10, 48, true)
  assert.ok(Math.abs(reception.jitterMs - 10) < 0.2, String(reception.jitterMs))
  reception.take(1, 200, 200 * 160, 160, 4000, 8, true)
  assert.ok(Math.abs(reception.jitterMs - 10) < 0.2)
})

test('MOS of the E-model', () => {
  assert.ok(Math.abs(meanOpinionScore(0, 0, 0) - 4.4) < 0.02)
  assert.ok(meanOpinionScore(0.05, 5, 50) < 3.9)
  assert.ok(meanOpinionScore(0.05, 5, 50) > 3.2)
  assert.ok(meanOpinionScore(0, 0, 800) < meanOpinionScore(0, 0, 200))
  assert.equal(meanOpinionScore(1, 100, 3000), 1)
})
