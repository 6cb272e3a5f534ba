/** The gate with a clock that moves when told: who is heard, who is answered, what is reported. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf as networkOfHouse } from '../../../config/network.ts'
import { createGate, type Gate } from '../../../pbx/signalling/engine/gate/gate.ts'
import { createMeter } from '../../../pbx/signalling/engine/gate/meter.ts'
import { networkOf } from '../../../pbx/signalling/engine/gate/network.ts'
import type { GateReport, GateRules } from '../../../pbx/signalling/engine/gate/orders.ts'
import { createCounters, type Counters } from '../../../pbx/signalling/engine/options.ts'
import type { Flow } from '../../../pbx/signalling/engine/transport/flow.ts'
import { fakeTimers, read, requestText, type FakeTimers } from './fake.ts'

const RULES: GateRules = { scanners: ['friendly-scanner', 'sipcli'], domains: ['pbx.example'], burst: 10, perSecond: 5, exempt: ['127.0.0.1', '10.0.0.0/8'], overloadMs: 200, always: ['112'] }

function setUp(rules: Partial<GateRules> | null = {}): { gate: Gate; timers: FakeTimers; counters: Counters; reports: GateReport[] } {
  const timers = fakeTimers()
  const counters = createCounters()
  const reports: GateReport[] = []
  const gate = createGate(timers, counters, (report) => reports.push(report))
  if (rules) gate.obey({ do: 'rules', rules: { ...RULES, ...rules } })
  return { gate, timers, counters, reports }
}

const from = (address: string): Flow => ({ transport: 'udp', address, port: 5060, connection: undefined })
const asked = (change: (text: string) => string = (text) => text) => read(change(requestText('REGISTER')))
const plain = asked()
const scanner = asked((text) => text.replace('Content-Length', 'User-Agent: Friendly-Scanner 1.0\r\nContent-Length'))
const foreign = asked((text) => text.replace('REGISTER sip:b@192.0.2.1', 'REGISTER sip:b@elsewhere.example'))

test('without rules everybody is heard and nothing is counted', () => {
  const { gate, timers, reports } = setUp(null)
  for (let i = 0; i < 1000; i++) assert.equal(gate.admits(scanner, from('192.0.2.9')), true)
  timers.advance(1000)
  assert.deepEqual([reports, timers.running], [[], 0])
})

test('a scanner gets no answer from the first packet, whether it names itself in User-Agent or From, and is reported once with its count', () => {
  const { gate, timers, counters, reports } = setUp()
  const inFrom = asked((text) => text.replace('From: <', 'From: "sipCLI" <'))
  for (const request of [scanner, inFrom, scanner]) assert.equal(gate.admits(request, from('192.0.2.9')), false)
  assert.equal(gate.admits(plain, from('192.0.2.9')), true)
  timers.advance(100)
  assert.deepEqual(reports, [{
    offences: [{ network: '192.0.2.9', address: '192.0.2.9', transport: 'udp', cause: 'scanner', count: 3, detail: 'Friendly-Scanner 1.0' }], hits: [],
  }])
  assert.equal(counters.silenced, 3)
})

test('a domain of nobody gets no answer; addresses, localhost and ours in any case do; without domains any does', () => {
  const { gate, timers, reports } = setUp()
  const hosts: [string, boolean][] = [['elsewhere.example', false], ['PBX.example:5070', true], ['localhost', true], ['203.0.113.1', true], ['[2001:db8::1]:5060', true]]
  for (const [host, served] of hosts) assert.equal(gate.admits(asked((text) => text.replace('b@192.0.2.1 SIP', `b@${host} SIP`)), from('192.0.2.9')), served, host)
  timers.advance(100)
  assert.deepEqual(reports[0]?.offences.map(({ cause, detail }) => [cause, detail]), [['unknown-domain', 'elsewhere.example']])
  assert.equal(setUp({ domains: undefined }).gate.admits(foreign, from('192.0.2.9')), true)
})

test('beyond the rate an address gets no answer and is reported; it recovers; others are not touched; IPv6 counts by /64', () => {
  const { gate, timers, counters, reports } = setUp()
  const served = (address: string, count: number): number => Array.from({ length: count }, () => gate.admits(plain, from(address))).filter(Boolean).length
  assert.equal(served('192.0.2.9', 15), 10)
  assert.equal(served('192.0.2.10', 10), 10)
  assert.equal(served('2001:db8::1', 6) + served('2001:db8::ffff:1', 6), 10)
  assert.equal(served('2001:db8:0:1::1', 10), 10)
  assert.equal(counters.limited, 7)
  timers.advance(100)
  assert.deepEqual(reports[0]?.offences.map(({ network, cause, count }) => [network, cause, count]), [['192.0.2.9', 'flood', 5], ['2001:db8::/64', 'flood', 2]])
  timers.advance(900)
  assert.equal(served('192.0.2.9', 15), 5)
})

test('what cannot be read, and what belongs to nothing, takes from the same allowance', () => {
  const { gate, timers, reports } = setUp()
  for (let i = 0; i < 3; i++) gate.garbage(from('192.0.2.9'), 'no SIP')
  timers.advance(100)
  assert.deepEqual(reports[0]?.offences.map(({ cause, count, detail }) => [cause, count, detail]), [['garbage', 2, 'no SIP'], ['flood', 1, 'more than 5 requests a second']])
  for (let i = 0; i < 12; i++) gate.stray(from('192.0.2.8'))
  timers.advance(100)
  assert.deepEqual(reports[1]?.offences.map(({ network, cause, count }) => [network, cause, count]), [['192.0.2.8', 'flood', 2]])
})

test('whoever is barred is not heard and hears nothing, until the time is over or it is lifted; what it tried is told', () => {
  const { gate, timers, counters, reports } = setUp()
  const until = timers.now() + 60_000
  gate.obey({ do: 'bar', bars: [{ network: '192.0.2.9', until }, { network: '2001:db8::/64', until }, { network: '198.51.100.0/24', until }] })
  for (const address of ['192.0.2.9', '2001:db8::77', '198.51.100.200']) assert.deepEqual([gate.bars(address), gate.silences(address)], [true, true], address)
  for (const address of ['192.0.2.10', '2001:db8:0:1::1', '198.51.101.1']) assert.deepEqual([gate.bars(address), gate.silences(address)], [false, false], address)
  gate.bars('192.0.2.9')
  timers.advance(100)
  assert.deepEqual(reports[0]?.hits, [['192.0.2.9', 2], ['2001:db8::/64', 1], ['198.51.100.0/24', 1]])
  assert.equal(counters.barred, 4)
  gate.obey({ do: 'lift', networks: ['198.51.100.0/24'] })
  assert.equal(gate.bars('198.51.100.200'), false)
  timers.advance(60_000)
  assert.equal(gate.bars('192.0.2.9'), false)
})

test('where a healthy phone is nobody is barred, many may send, and a wrong domain is answered; a scanner is not', () => {
  const { gate, timers } = setUp()
  gate.obey({ do: 'bar', bars: [{ network: '192.0.2.0/24', until: timers.now() + 60_000 }] })
  gate.obey({ do: 'trust', networks: ['192.0.2.9'], on: true })
  assert.equal(gate.bars('192.0.2.9'), false)
  assert.equal(gate.bars('192.0.2.8'), true)
  assert.equal(Array.from({ length: 300 }, () => gate.admits(foreign, from('192.0.2.9'))).filter(Boolean).length, 200)
  timers.advance(1000)
  assert.equal(gate.admits(scanner, from('192.0.2.9')), false)
  gate.obey({ do: 'trust', networks: ['192.0.2.9'], on: false })
  assert.equal(gate.bars('192.0.2.9'), true)
})

test('each registered phone adds to what its address may send, also when none of them answers', () => {
  const { gate, timers } = setUp()
  const admitted = (address: string, tries: number): number => Array.from({ length: tries }, () => gate.admits(plain, from(address))).filter(Boolean).length
  const alone = admitted('192.0.2.40', 1000)
  gate.obey({ do: 'phones', phones: [['192.0.2.41', 500]] })
  assert.equal(admitted('192.0.2.41', 10_000), alone + 5000)
  timers.advance(1000)
  assert.ok(admitted('192.0.2.41', 10_000) >= 1000)
  timers.advance(600_000)
  gate.obey({ do: 'phones', phones: [] })
  assert.equal(admitted('192.0.2.41', 10_000), alone)
})

test('exempt networks may send what they like', () => {
  const { gate, timers } = setUp()
  gate.obey({ do: 'bar', bars: [{ network: '10.1.2.3', until: timers.now() + 60_000 }] })
  assert.equal(gate.bars('10.1.2.3'), false)
  for (const address of ['127.0.0.1', '10.1.2.3']) for (let i = 0; i < 1000; i++) assert.ok(gate.admits(scanner, from(address)) && gate.admits(foreign, from(address)))
})

test('what strangers write is fit to be shown', () => {
  const { gate, timers, reports } = setUp()
  gate.admits(asked((text) => text.replace('Content-Length', `User-Agent: sipcli \x1b[31m${'x'.repeat(500)}\r\nContent-Length`)), from('192.0.2.9'))
  timers.advance(100)
  assert.match(reports[0]?.offences[0]?.detail ?? '', /^sipcli \?\[31mx{88}$/)
})

test('memory is bounded under a flood from made-up addresses, and what is quiet is forgotten', () => {
  const meter = createMeter(1000)
  for (let i = 0; i < 5000; i++) meter.take(`n${i}`, 1, 10, 5, 0)
  assert.equal(meter.size, 1000)
  meter.sweep(199)
  assert.equal(meter.size, 1000)
  meter.sweep(200)
  assert.equal(meter.size, 0)
  const { gate, timers, reports } = setUp()
  for (let i = 0; i < 3000; i++) gate.admits(scanner, from(`198.51.${i >> 8}.${i & 255}`))
  timers.advance(100)
  assert.equal(reports[0]?.offences.length, 1000)
  gate.close()
  assert.equal(timers.running, 0)
})

test('engine and house mean the same network by an address', () => {
  for (const address of ['192.0.2.7', '2001:db8:0:1:2:3:4:5', '2001:db8::1', '1:2:3:4:5:6:7:8', '0:0:1::', '::1', 'fe80::1', '2001:0:0:1::5', '1::', '0:0:0:1::9', '2001:db8:0:0:8:800:200c:417a']) {
    assert.equal(networkOf(address), networkOfHouse(address), address)
  }
})

test('when the application is late for a while part of the new work is refused, and served again when it is not; calls for help always are', () => {
  const { gate, timers, counters, reports } = setUp()
  const share = (request = asked()): number => Array.from({ length: 1000 }, () => gate.overloads(request)).filter(Boolean).length / 1000
  const pulse = (lateMs: number, times: number): void => {
    for (let i = 0; i < times; i++) {
      gate.obey({ do: 'pulse', lateMs })
      timers.advance(100)
    }
  }
  pulse(900, 3)
  pulse(0, 1)
  pulse(900, 3)
  assert.equal(share(), 0, 'pauses are no overload')
  pulse(900, 1)
  assert.ok(share() > 0.2 && share() < 0.4)
  const withProof = asked((text) => text.replace('Content-Length', 'Authorization: Digest x\r\nContent-Length'))
  assert.ok(share(withProof) > 0, 'so late that work begun is refused too')
  pulse(300, 20)
  assert.ok(share() > 0.9)
  assert.equal(share(withProof), 0)
  assert.equal(share(read(requestText('OPTIONS'))), 0)
  assert.equal(share(read(requestText('INVITE').replace('sip:b@', 'sip:112@'))), 0)
  assert.ok(share(read(requestText('INVITE'))) > 0.9)
  pulse(150, 10)
  assert.ok(share() > 0.9, 'neither late nor in time: as it was')
  pulse(0, 30)
  assert.equal(share(), 0)
  assert.deepEqual(reports.flatMap(({ refusing }) => refusing ?? []), [true, false])
  assert.ok(counters.overloaded > 0)
  // Nothing is heard of the application: it is late.
  timers.advance(2000)
  assert.ok(share() > 0)
})

test('by what waits a share of what comes is refused, more the longer it waits; what was begun is refused later, calls for help never', () => {
  const timers = fakeTimers()
  const waits = { REGISTER: 0, INVITE: 0 }
  let thrown = 0
  const reports: GateReport[] = []
  const gate = createGate(timers, createCounters(), (report) => reports.push(report), { waitingMs: () => waits.REGISTER, callsWaitingMs: () => waits.INVITE, dice: () => (thrown++ % 100) / 100 })
  gate.obey({ do: 'rules', rules: RULES })
  const begun = (text: string): string => text.replace('Content-Length', 'Authorization: Digest x\r\nContent-Length')
  const share = (text: string): number => {
    const isCall = text.startsWith('INVITE')
    return Array.from({ length: 100 }, () => (isCall ? gate.overloads(read(text)) : gate.isCrowded(text))).filter(Boolean).length
  }
  const pass = (looks: number): void => {
    for (let i = 0; i < looks; i++) {
      gate.obey({ do: 'pulse', lateMs: 0 })
      timers.advance(100)
    }
  }
  for (const method of ['REGISTER', 'INVITE'] as const) {
    const text = requestText(method)
    assert.deepEqual([share(text), share(begun(text))], [0, 0], 'nothing waits')
    // Bearable are 200 ms: from 20 to 100 for what is new, from 100 to 200 for what was begun.
    for (const [waited, fresh, started] of [[10, 0, 0], [60, 50, 0], [110, 100, 10], [150, 100, 50], [300, 100, 100]] as const) {
      waits[method] = waited
      if (waited === 60) {
        pass(3)
        assert.equal(share(text), 0, 'a pause is no overload')
        pass(1)
      }
      assert.deepEqual([share(text), share(begun(text))], [fresh, started], `${method} after ${waited} ms`)
    }
    assert.equal(gate.load.refusing, true)
    if (method === 'INVITE') assert.equal(share(text.replace('sip:b@', 'sip:112@')), 0)
    waits[method] = 600
    pass(4)
    waits[method] = 0
    pass(20)
    waits[method] = 150
    assert.equal(share(text), 0)
    waits[method] = 250
    assert.equal(share(text), 100, 'more than anybody bears')
    waits[method] = 0
    pass(20)
    assert.deepEqual(gate.load, { refusing: false, share: 0, lateMs: 0 })
  }
  assert.deepEqual(reports.flatMap(({ refusing }) => refusing ?? []), [true, false, true, false, true, false, true, false])
  gate.close()
})
