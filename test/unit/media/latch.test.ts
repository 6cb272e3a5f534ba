import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Latch, PROBATION } from '../../../media/embedded/worker/latch.ts'
import { latchRuleFor } from '../../../media/embedded/address.ts'

const SDP = { address: '203.0.113.5', port: 4000 }

function latch(negotiated: typeof SDP | undefined, peer: string): Latch {
  const made = new Latch()
  made.negotiate(negotiated, latchRuleFor(peer, negotiated?.address))
  return made
}

test('the negotiated source is believed, and then nobody else', () => {
  const one = latch(SDP, '203.0.113.5')
  assert.equal(one.address, SDP.address, 'we send to the negotiated address at once')
  assert.equal(one.accept('203.0.113.5', 4000, 1, 1), true)
  assert.equal(one.accept('203.0.113.5', 4002, 1, 2), false)
  assert.equal(one.accept('198.51.100.9', 4000, 1, 3), false)
  assert.equal(one.strays, 2)
})

test('a rewritten port is followed', () => {
  const one = latch(SDP, '198.51.100.1')
  assert.equal(one.accept('203.0.113.5', 61_000, 1, 1), true)
  assert.equal(one.port, 61_000)
})

test('the address of the signalling is believed', () => {
  const one = latch({ address: '10.0.0.5', port: 4000 }, '198.51.100.1')
  assert.equal(one.accept('198.51.100.1', 33_333, 1, 1), true)
  assert.deepEqual([one.address, one.port], ['198.51.100.1', 33_333])
})

test('a stranger never gets in while the peer names a public address', () => {
  const one = latch(SDP, '203.0.113.5')
  for (let i = 0; i < 50; i += 1) assert.equal(one.accept('198.51.100.66', 5000, 9, i), false)
  assert.equal(one.accept('203.0.113.5', 4000, 1, 1), true)
})

test('a stranger never gets in when the peer signals from the private address it names', () => {
  const one = latch({ address: '192.168.1.20', port: 4000 }, '192.168.1.20')
  for (let i = 0; i < 50; i += 1) assert.equal(one.accept('192.168.1.66', 5000, 9, i), false)
})

for (const [name, negotiated] of [['a private address', { address: '192.168.1.20', port: 4000 }], ['0.0.0.0', undefined]] as const) {
  test(`behind NAT with ${name}: another source only after a steady run`, () => {
    const one = latch(negotiated, '198.51.100.1')
    for (let i = 1; i < PROBATION; i += 1) assert.equal(one.accept('198.51.100.77', 7000, 5, i), false)
    assert.equal(one.accept('198.51.100.77', 7000, 5, PROBATION), true)
    assert.equal(one.accept('198.51.100.1', 7000, 5, PROBATION + 1), false)
  })

  test(`behind NAT with ${name}: sprayed packets never add up`, () => {
    const one = latch(negotiated, '198.51.100.1')
    for (let i = 0; i < 100; i += 1) assert.equal(one.accept('198.51.100.77', 7000, 5, i * 2), false)
    for (let i = 0; i < 100; i += 1) assert.equal(one.accept('198.51.100.77', 7000 + i, 5, i), false)
    assert.equal(one.accept('198.51.100.1', 9000, 5, 1), true, 'the signalling address still gets in at once')
  })
}

test('the exact negotiated source takes over from one that was only likely', () => {
  const one = latch(SDP, '203.0.113.5')
  one.accept('203.0.113.5', 9999, 1, 1)
  assert.equal(one.accept('203.0.113.5', 4000, 1, 2), true)
  assert.equal(one.port, 4000)
})

test('a new negotiation opens it again; an unchanged address keeps sending where it was heard', () => {
  const one = latch(SDP, '203.0.113.5')
  one.accept('203.0.113.5', 61_000, 1, 1)
  one.negotiate(SDP, latchRuleFor('203.0.113.5', SDP.address))
  assert.equal(one.port, 61_000)
  assert.equal(one.accept('203.0.113.5', 62_000, 1, 2), true, 'the NAT binding may have moved')
  one.negotiate({ address: '203.0.113.8', port: 5000 }, latchRuleFor('203.0.113.8', '203.0.113.8'))
  assert.deepEqual([one.address, one.port], ['203.0.113.8', 5000])
  assert.equal(one.accept('203.0.113.5', 62_000, 1, 3), false)
})

test('hold by 0.0.0.0 keeps the source that was believed', () => {
  const one = latch(SDP, '203.0.113.5')
  one.accept('203.0.113.5', 4000, 1, 1)
  one.negotiate(undefined, latchRuleFor('203.0.113.5', undefined))
  assert.equal(one.address, '203.0.113.5')
  assert.equal(one.accept('198.51.100.9', 4000, 1, 2), false)
})

test('a packet from port 0 is never believed: nothing could be sent back', () => {
  const one = latch(undefined, '203.0.113.5')
  for (let i = 0; i < PROBATION + 1; i += 1) assert.equal(one.accept('203.0.113.5', 0, 1, i), false)
  assert.deepEqual([one.latched, one.port], [false, 0])
})
