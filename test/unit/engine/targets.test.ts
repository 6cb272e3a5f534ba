/** Which target a request tries first, and which are left for later. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe } from '../../../pbx/signalling/engine/locate/describe.ts'
import { drawTargets, type Finding, type Wanted } from '../../../pbx/signalling/engine/locate/finding.ts'
import { createTargetMemory, type Peer } from '../../../pbx/signalling/engine/locate/memory.ts'
import { chooseServices, orderByWeight } from '../../../pbx/signalling/engine/locate/order.ts'
import type { Naptr } from '../../../pbx/signalling/engine/locate/records.ts'
import { dice } from './dice.ts'
import { fakeTimers } from './fake.ts'

const carrier: Wanted = { host: 'c.test', port: 0, transport: undefined, secure: false }

function shareOf(weights: number[], draws = 10_000): number[] {
  const entries = weights.map((weight, at) => ({ priority: 1, weight, at }))
  const random = dice()
  const first = weights.map(() => 0)
  for (let i = 0; i < draws; i++) first[(orderByWeight(entries, random)[0] as { at: number }).at]!++
  return first.map((count) => count / draws)
}

test('weights: 60/40 within 3 % over 10,000 draws, small weights too, equal when all are 0, seldom beside others', () => {
  const [sixty = 0, forty = 0] = shareOf([60, 40])
  assert.ok(Math.abs(sixty - 0.6) < 0.03 && Math.abs(forty - 0.4) < 0.03, `${sixty} ${forty}`)
  const [one = 0] = shareOf([1, 2])
  assert.ok(Math.abs(one - 1 / 3) < 0.03, String(one))
  for (const share of shareOf([0, 0, 0, 0])) assert.ok(Math.abs(share - 0.25) < 0.03, String(share))
  const [, never = 1] = shareOf([10, 0])
  assert.ok(never > 0 && never < 0.03, String(never))
})

test('priorities come before weights, and every entry is drawn once', () => {
  const entries = [{ priority: 20, weight: 100, id: 'c' }, { priority: 10, weight: 1, id: 'a' }, { priority: 10, weight: 0, id: 'b' }]
  const random = dice()
  for (let i = 0; i < 200; i++) {
    const ids = orderByWeight(entries, random).map((entry) => entry.id).join('')
    assert.ok(ids === 'abc' || ids === 'bac', ids)
  }
  assert.deepEqual(orderByWeight([], random), [])
  assert.equal(orderByWeight(entries, () => 0.999_999_999_999).length, 3)
})

const naptr = (order: number, preference: number, service: string, replacement: string, flags = 's', regexp = ''): Naptr => ({ kind: 'NAPTR', order, preference, flags, service, regexp, replacement })

test('NAPTR: order before preference; foreign services, rewriting rules and flags are left out', () => {
  const records = [
    naptr(20, 10, 'SIP+D2U', 'u.test'), naptr(10, 50, 'SIP+D2T', 't.test'), naptr(10, 40, 'SIPS+D2T', 's.test'), naptr(1, 1, 'SIP+D2S', 'sctp.test'), naptr(1, 2, 'E2U+SIP', '', 'u', '!^.*$!sip:x@y!'),
    naptr(1, 3, 'SIP+D2U', 'x.test', 'a'), naptr(1, 4, 'SIP+D2U', 'x.test', 's', '!a!b!'), naptr(1, 5, 'SIP+D2U', ''),
  ]
  assert.deepEqual(chooseServices(records, ['udp', 'tcp', 'tls']).map(({ transport, name }) => `${transport} ${name}`), ['tls s.test', 'tcp t.test', 'udp u.test'])
  assert.deepEqual(chooseServices(records, ['udp']).map(({ name }) => name), ['u.test'])
})

test('addresses of one host share the load; targets are listed once', () => {
  const service = { transport: 'udp' as const, name: '', entries: [{ priority: 0, weight: 0, port: 5060, host: 'c.test', addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1'], equal: true }] }
  const finding = { wanted: carrier, naptr: [], services: [service, service], at: 0, until: 0, trouble: [], stale: [], failure: undefined }
  const random = dice()
  let first = 0
  for (let i = 0; i < 1000; i++) {
    const targets = drawTargets(finding, random)
    assert.equal(targets.length, 3)
    assert.equal(targets[2]?.address, '2001:db8::1')
    if (targets[0]?.address === '192.0.2.1') first++
  }
  assert.ok(first > 450 && first < 550, String(first))
})

test('dead targets come last; one request probes each after its time; a failed probe doubles it', () => {
  const timers = fakeTimers()
  const memory = createTargetMemory({ now: timers.now, penalty: 1000, penaltyMax: 5000, probe: 32_000, bound: 3 })
  const [one, two, three] = [1, 2, 3].map((port): Peer => ({ transport: 'udp', address: '192.0.2.1', port })) as [Peer, Peer, Peer]
  const order = () => memory.order([one, two, three]).map((peer) => peer.port).join('')
  assert.equal(order(), '123')
  memory.failed(one, 'said nothing')
  memory.failed(one, 'said nothing')
  assert.equal(order(), '231')
  assert.deepEqual(memory.health(one), { state: 'dead', failures: 1, until: timers.now() + 1000, cause: 'said nothing' })
  timers.advance(500)
  memory.failed(two, 'refused')
  assert.equal(order(), '312', 'the one that comes back soonest before the others')
  timers.advance(500)
  assert.equal(memory.health(one).state, 'half-open')
  assert.equal(order(), '132')
  memory.trying(one)
  assert.equal(order(), '312', 'others do not wait for the probe')
  memory.failed(one, 'said nothing')
  assert.equal(memory.health(one).until - timers.now(), 2000)
  timers.advance(2000)
  memory.trying(one)
  memory.succeeded(one)
  assert.equal(memory.health(one).state, 'well')
  for (let i = 0; i < 5; i++) {
    memory.failed(two, 'refused')
    timers.advance(memory.health(two).until - timers.now())
  }
  memory.failed(two, 'refused')
  assert.equal(memory.health(two).until - timers.now(), 5000, 'no longer than the longest')
  timers.advance(5000)
  memory.trying(two)
  timers.advance(32_000)
  assert.equal(memory.health(two).state, 'half-open', 'a probe nobody heard of again is lost')
  memory.forget(two)
  for (let port = 10; port < 20; port++) memory.failed({ ...one, port }, 'x')
  assert.equal(memory.health({ ...one, port: 10 }).state, 'well', 'bounded')
})

test('a report tells shares and health as they are', () => {
  const timers = fakeTimers()
  const memory = createTargetMemory({ now: timers.now, penalty: 1000, penaltyMax: 5000, probe: 32_000, bound: 100 })
  const entry = (priority: number, weight: number, port: number, ...addresses: string[]) => ({ priority, weight, port, host: `h${port}.test`, addresses, equal: true })
  const finding: Finding = {
    wanted: carrier, naptr: [naptr(1, 2, 'SIP+D2U', 'u.test')], at: 0, until: 0, trouble: ['x'], stale: ['x', 'y'], failure: undefined,
    services: [
      { transport: 'udp', name: 'u.test', entries: [entry(2, 1, 3, '192.0.2.3'), entry(1, 60, 1, '192.0.2.1', '192.0.2.11', '2001:db8::1'), entry(1, 40, 2, '192.0.2.2')] },
      { transport: 'tcp', name: 't.test', entries: [entry(1, 1, 4, '192.0.2.4')] },
    ],
  }
  const shares = () => describe(finding, memory).targets.map(({ address, share }) => `${address} ${share}`)
  assert.deepEqual(shares(), ['192.0.2.1 0.3', '192.0.2.11 0.3', '2001:db8::1 0', '192.0.2.2 0.4', '192.0.2.3 0', '192.0.2.4 0'])
  const fail = (port: number, ...addresses: string[]) => addresses.forEach((address) => memory.failed({ transport: port === 4 ? 'tcp' : 'udp', address, port }, 'said nothing'))
  fail(1, '192.0.2.1')
  assert.deepEqual(shares().slice(0, 4), ['192.0.2.1 0', '192.0.2.11 0.6', '2001:db8::1 0', '192.0.2.2 0.4'])
  fail(1, '192.0.2.11', '2001:db8::1')
  assert.equal(shares()[3], '192.0.2.2 1')
  fail(2, '192.0.2.2')
  assert.equal(shares()[4], '192.0.2.3 1')
  fail(3, '192.0.2.3')
  assert.equal(shares()[5], '192.0.2.4 1')
  timers.advance(10)
  fail(4, '192.0.2.4')
  assert.equal(shares()[0], '192.0.2.1 1', 'all dead: the one that comes back first')
  const { name, trouble, stale, naptr: records } = describe(finding, memory)
  assert.deepEqual([name, trouble, stale, records.length], ['sip:c.test', ['x', 'y'], true, 1])
  // The same odds by drawing.
  memory.forget({ transport: 'udp', address: '192.0.2.11', port: 1 })
  memory.forget({ transport: 'udp', address: '192.0.2.2', port: 2 })
  const random = dice()
  let first = 0
  for (let i = 0; i < 10_000; i++) if (memory.order(drawTargets(finding, random))[0]?.address === '192.0.2.11') first++
  assert.ok(Math.abs(first / 10_000 - 0.6) < 0.03, String(first))
})
