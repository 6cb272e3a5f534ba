import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNonces } from '../../../pbx/entrance/nonce.ts'

const KEY = Buffer.alloc(32, 7)

function setUp(options: { most?: number } = {}): { nonces: ReturnType<typeof createNonces>; clock: { time: number; now(): number } } {
  const clock = { time: 1_700_000_000_000, now: () => clock.time }
  return { nonces: createNonces({ key: KEY, seconds: 300, clock, ...options }), clock }
}

test('a nonce of ours counts upwards; what was used is not taken again', () => {
  const { nonces } = setUp()
  const nonce = nonces.issue('r')
  assert.equal(nonces.spend(nonce, 'r', '00000001'), true)
  assert.equal(nonces.spend(nonce, 'r', '00000001'), false)
  assert.equal(nonces.spend(nonce, 'r', '0000000a'), true)
  assert.equal(nonces.spend(nonce, 'r', '00000009'), false)
  assert.equal(nonces.spend(nonce, 'r', '0000000B'), true)
})

test('no two are alike, and none is remembered before it is used', () => {
  const { nonces } = setUp()
  const all = new Set(Array.from({ length: 1000 }, () => nonces.issue('r')))
  assert.equal(all.size, 1000)
  assert.equal(nonces.remembered, 0)
})

test('foreign, altered, other realm, other spelling, impossible counts', () => {
  const { nonces, clock } = setUp()
  const nonce = nonces.issue('r')
  const foreign = createNonces({ key: Buffer.alloc(32, 8), seconds: 300, clock }).issue('r')
  for (const [text, realm, nc] of [
    [foreign, 'r', '00000001'], [nonce, 'other', '00000001'], [`${nonce}=`, 'r', '00000001'], [nonce.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')), 'r', '00000001'],
    [nonce.slice(0, -1), 'r', '00000001'], ['', 'r', '00000001'], [nonce, 'r', '0'], [nonce, 'r', ''], [nonce, 'r', '00000000'], [nonce, 'r', '-0000001'], [nonce, 'r', '000000001'],
  ] as const) assert.equal(nonces.spend(text, realm, nc), false, `${text} ${realm} ${nc}`)
  assert.equal(nonces.remembered, 0)
  assert.equal(nonces.spend(nonce, 'r', '00000001'), true)
})

test('it lives for its time and no longer, and survives a restart', () => {
  const { nonces, clock } = setUp()
  const nonce = nonces.issue('r')
  clock.time += 300_000
  assert.equal(createNonces({ key: KEY, seconds: 300, clock }).spend(nonce, 'r', '00000001'), true)
  assert.equal(nonces.spend(nonce, 'r', '00000001'), true)
  clock.time += 1
  assert.equal(nonces.spend(nonce, 'r', '00000002'), false)
})

test('a count is known as long as its nonce lives, across generations', () => {
  const { nonces, clock } = setUp()
  clock.time += 299_000
  const nonce = nonces.issue('r')
  assert.equal(nonces.spend(nonce, 'r', '00000005'), true)
  for (let step = 0; step < 10; step++) {
    clock.time += 29_000
    assert.equal(nonces.spend(nonces.issue('r'), 'r', '00000001'), true)
    assert.equal(nonces.spend(nonce, 'r', '00000005'), false)
  }
  clock.time += 700_000
  nonces.spend(nonces.issue('r'), 'r', '00000001')
  clock.time += 700_000
  nonces.spend(nonces.issue('r'), 'r', '00000001')
  assert.ok(nonces.remembered <= 2)
})

test('memory is bounded, and what had to be forgotten is not accepted again', () => {
  const { nonces, clock } = setUp({ most: 100 })
  const first = nonces.issue('r')
  assert.equal(nonces.spend(first, 'r', '00000001'), true)
  for (let i = 0; i < 1000; i++) {
    clock.time += 10
    assert.equal(nonces.spend(nonces.issue('r'), 'r', '00000001'), true)
    assert.ok(nonces.remembered <= 201)
  }
  assert.equal(nonces.spend(first, 'r', '00000001'), false)
  assert.equal(nonces.spend(first, 'r', '00000002'), false)
})
