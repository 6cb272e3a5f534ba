/** Strikes, bans that grow longer, whom they never hit, and what survives a restart; time is the test's. */
import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import type { BanView } from '../../../pbx/events/catalogue.ts'
import { sentence, SENTENCES } from '../../../pbx/shield/sentence.ts'
import { createStrikeBook } from '../../../pbx/shield/strikes.ts'
import { TENANT } from '../registrar/fakes.ts'
import { openShield, SCANNERS } from './fakes.ts'

const HOSTILE = '203.0.113.9'
const MINUTE = 60_000
const HOUR = 60 * MINUTE

afterEach(() => mock.timers.reset())

test('sentences: minutes, hours, a day; forgiven after a day without', () => {
  assert.deepEqual(SENTENCES, [5 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR])
  assert.deepEqual(sentence(undefined, 1000), { level: 1, until: 1000 + 5 * MINUTE })
  assert.deepEqual(sentence({ level: 1, until: 0 }, 1000), { level: 2, until: 1000 + HOUR })
  assert.deepEqual(sentence({ level: 9, until: 0 }, 1000), { level: 10, until: 1000 + 24 * HOUR })
  assert.deepEqual(sentence({ level: 9, until: 0 }, 24 * HOUR), { level: 10, until: 48 * HOUR })
  assert.deepEqual(sentence({ level: 9, until: 0 }, 24 * HOUR + 1), { level: 1, until: 24 * HOUR + 1 + 5 * MINUTE })
})

test('patience: twenty wrong passwords at once, then one every three seconds; each reason and each network by itself', () => {
  const book = createStrikeBook()
  const out = (reason: Parameters<typeof book.strike>[1], count: number, at: number): boolean[] => Array.from({ length: count }, () => book.strike('n', reason, 1, at))
  assert.equal(out('wrong-passwords', 19, 0).some(Boolean), false)
  assert.deepEqual(out('wrong-passwords', 1, 0), [true])
  book.forget('n')
  assert.equal(out('wrong-passwords', 19, 0).some(Boolean), false)
  // A phone with an old password that asks every three seconds is never banned for it.
  for (let at = 3_000; at < 10 * MINUTE; at += 3_000) assert.deepEqual(out('wrong-passwords', 1, at), [false], `${at}`)
  assert.equal(out('garbage', 19, 10 * MINUTE).some(Boolean), false)
  assert.equal(book.strike('m', 'wrong-passwords', 1, 0), false)
  assert.equal(book.strike('m', 'scanner', 1, 0), true)
  assert.equal(book.strike('o', 'unknown-domain', 10, 0), true)
  book.sweep(11 * MINUTE)
  assert.equal(book.size, 1)
  for (let i = 0; i < 30_000; i++) book.strike(`f${i}`, 'garbage', 1, 0)
  assert.equal(book.size, 20_000)
})

test('bans come at once for scanners and floods, and grow longer each time', async () => {
  const { shield, pass, offence, told, orders, clock } = await openShield()
  offence(HOSTILE, 'scanner', 1, 'friendly-scanner')
  assert.deepEqual(told(), [`added ${HOSTILE} scanner`])
  assert.deepEqual(orders.at(-1), { do: 'bar', bars: [{ network: HOSTILE, until: clock.time + 5 * MINUTE }] })
  assert.equal(shield.refuses(HOSTILE), true)
  offence(HOSTILE, 'flood')
  assert.equal(told().length, 1, 'one ban at a time')
  const lengths: number[] = []
  for (let round = 0; round < 5; round++) {
    const ban = shield.bans.get(HOSTILE) as BanView
    lengths.push((ban.until as number) - ban.since)
    await pass((ban.until as number) - clock.time)
    assert.equal(shield.refuses(HOSTILE), false)
    assert.equal(told().at(-1), `expired ${HOSTILE}`)
    offence(HOSTILE, 'flood', 3)
  }
  assert.deepEqual(lengths, [5 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, 24 * HOUR])
  await shield.close()
})

test('wrong passwords told by the entrance ban after twenty; one who behaves for a day begins anew', async () => {
  const { shield, pass, told, clock } = await openShield()
  const guess = (count: number): void => {
    for (let i = 0; i < count; i++) shield.strike(HOSTILE, 'wrong-passwords', 'user \u0007admin')
  }
  guess(19)
  assert.equal(shield.refuses(HOSTILE), false)
  guess(1)
  assert.equal(shield.refuses(HOSTILE), true)
  const ban = shield.bans.get(HOSTILE) as BanView
  assert.deepEqual([ban.reason, ban.detail, ban.level, ban.tenantId, ban.by], ['wrong-passwords', 'user  admin', 1, TENANT, null])
  await pass(5 * MINUTE + 24 * HOUR + 1000)
  assert.equal(shield.bans.get(HOSTILE), undefined)
  guess(20)
  assert.equal(shield.bans.get(HOSTILE)?.level, 1)
  assert.equal(shield.bans.get(HOSTILE)?.until, clock.time + 5 * MINUTE)
  assert.equal(told().length, 3)
  await shield.close()
})

test('where many phones are registered the engine is told how many, and again when that changed', async () => {
  const world = await openShield()
  const { bound, orders, pass } = world
  const told = () => orders.filter((order) => order.do === 'phones')
  await pass(10_000)
  assert.deepEqual(told(), [])
  bound.set('203.0.113.50', 120).set('203.0.113.51', 3).set('2001:db8::1', 6).set('2001:db8::2', 7)
  await pass(20_000)
  assert.deepEqual(told(), [{ do: 'phones', phones: [['203.0.113.50', 120], ['2001:db8::/64', 13]] }])
  bound.clear()
  await pass(10_000)
  assert.deepEqual(told().at(-1), { do: 'phones', phones: [] })
  await world.shield.close()
})

test('where a healthy phone is registered, or a call goes on, nobody is banned; the engine is told', async () => {
  const world = await openShield()
  const { shield, phones, calls, offence, told, orders, pass, heard } = world
  phones.add('203.0.113.50')
  heard('203.0.113.50')
  await pass(1000)
  assert.deepEqual(orders.at(-1), { do: 'trust', networks: ['203.0.113.50'], on: true })
  phones.add('2001:db8::7')
  heard('2001:db8::7')
  await pass(1000)
  assert.deepEqual(orders.at(-1), { do: 'trust', networks: ['2001:db8::/64'], on: true })
  calls.add('203.0.113.60')
  for (const address of ['203.0.113.50', '2001:db8::bad', '203.0.113.60', '127.0.0.1', '::1']) {
    offence(address, 'scanner')
    offence(address, 'flood', 100)
    for (let i = 0; i < 50; i++) shield.strike(address, 'wrong-passwords', 'x')
    assert.equal(shield.refuses(address), false, address)
  }
  assert.deepEqual(told(), [])
  assert.ok(shield.figures().spared > 0)
  phones.delete('203.0.113.50')
  await pass(10_000)
  assert.deepEqual(orders.at(-1), { do: 'trust', networks: ['203.0.113.50'], on: false })
  offence('203.0.113.50', 'scanner')
  assert.equal(shield.refuses('203.0.113.50'), true)
  await shield.close()
})

test('an allowed network is never banned, and bans within it end', async () => {
  const { shield, offence, told, orders } = await openShield()
  offence(HOSTILE, 'scanner')
  offence('198.51.100.7', 'scanner')
  const allowed = { id: 'a', tenantId: TENANT, network: '203.0.113.0/24', note: 'Office', by: 'Ada', createdAt: new Date() }
  shield.allow(allowed)
  assert.deepEqual(told().slice(2), [`allowed ${HOSTILE}`])
  const rules = orders.findLast((order) => order.do === 'rules')
  assert.deepEqual(rules?.do === 'rules' && rules.rules.exempt, ['127.0.0.1', '::1/128', '203.0.113.0/24'])
  offence(HOSTILE, 'scanner')
  assert.equal(shield.refuses(HOSTILE), false)
  assert.equal(shield.refuses('198.51.100.7'), true)
  shield.disallow(allowed)
  offence(HOSTILE, 'scanner')
  assert.equal(shield.refuses(HOSTILE), true)
  await shield.close()
})

test('hits are counted, bans are written and come back after a restart with their level', async () => {
  const { shield, offence, report, pass, rows, clock } = await openShield()
  offence(HOSTILE, 'scanner')
  report({ hits: [[HOSTILE, 40], ['192.0.2.1', 3]] })
  report({ hits: [[HOSTILE, 2]] })
  await pass(1000)
  assert.equal(shield.bans.get(HOSTILE)?.hits, 42)
  await pass(31_000)
  report({ hits: [[HOSTILE, 1]] })
  await shield.close()
  assert.deepEqual([...rows.keys()], [HOSTILE])
  assert.equal(rows.get(HOSTILE)?.hits, 43)
  mock.timers.reset()

  const over = { ...banOf('198.51.100.1'), until: clock.time - HOUR, level: 3 }
  const going = { ...banOf('198.51.100.2'), until: 1_700_000_000_000 + HOUR, level: 2 }
  const always = { ...banOf('198.51.100.0/28'), until: null, by: 'Ada', reason: 'by-hand' as const }
  const again = await openShield({ saved: [over, going, always] })
  const bars = again.orders.flatMap((order) => (order.do === 'bar' ? order.bars : []))
  assert.deepEqual(bars.map(({ network }) => network).sort(), ['198.51.100.0/28', '198.51.100.2'])
  assert.equal(again.shield.refuses('198.51.100.9'), true)
  assert.equal(again.shield.refuses('198.51.100.77'), false)
  await again.pass(HOUR)
  again.offence('198.51.100.2', 'scanner')
  assert.equal(again.shield.bans.get('198.51.100.2')?.level, 2, 'the wider ban holds already')
  await again.shield.close()
})

test('while the database is away bans hold, and are written when it is back', async () => {
  const { shield, offence, pass, rows, database } = await openShield()
  database.become(false)
  offence(HOSTILE, 'flood')
  await pass(3000)
  assert.equal(rows.size, 0)
  assert.equal(shield.refuses(HOSTILE), true)
  database.become(true)
  await pass(6000)
  assert.equal(rows.size, 1)
  shield.end(shield.bans.get(HOSTILE) as BanView, 'lifted')
  await pass(1000)
  assert.equal(rows.size, 0)
  assert.equal(shield.bans.get(HOSTILE), undefined)
  await shield.close()
})

test('a flood from made-up addresses makes no more than a hundred bans a second, and the list stays bounded', async () => {
  const { shield, offence, pass } = await openShield()
  for (let i = 0; i < 500; i++) offence(`10.${i >> 8}.${i & 255}.1`, 'scanner')
  assert.equal(shield.figures().bans, 100)
  for (let second = 1; second <= 110; second++) {
    await pass(1000)
    for (let i = 0; i < 100; i++) offence(`11.${second}.${i}.1`, 'scanner')
  }
  assert.ok(shield.figures().bans <= 10_000)
  await shield.close()
})

test('the engine is told the rules: scanners, rates, and domains once the default tenant has one', async () => {
  const { shield, orders, directory } = await openShield()
  const rulesOf = () => orders.flatMap((order) => (order.do === 'rules' ? [order.rules] : [])).at(-1)
  assert.deepEqual(rulesOf(), { scanners: SCANNERS, domains: undefined, burst: 50, perSecond: 10, exempt: ['127.0.0.1', '::1/128'], overloadMs: 200, always: ['911', '9911', '112', '*67911', '*679911', '*67112'] })
  const tenant = directory.snapshot().defaultTenant()
  const directorySnapshot = directory.snapshot()
  directory.snapshot = () => ({ ...directorySnapshot, defaultTenant: () => tenant && { ...tenant, domains: ['pbx.example'] }, domains: () => ['pbx.example', 'other.example'] })
  directory.set([], [])
  assert.deepEqual(rulesOf()?.domains, ['pbx.example', 'other.example'])
  await shield.close()
})

test('without an engine\'s gate every request counts towards the flood, by the rate of the settings', async () => {
  const { shield, clock } = await openShield({ gated: false })
  assert.equal(shield.gated, false)
  assert.equal(shield.scannerIn('Friendly-Scanner'), 'friendly-scanner')
  for (let i = 0; i < 49; i++) shield.strike(HOSTILE, 'flood', 'OPTIONS')
  assert.equal(shield.refuses(HOSTILE), false)
  clock.time += 1000
  for (let i = 0; i < 11; i++) shield.strike(HOSTILE, 'flood', 'OPTIONS')
  assert.equal(shield.refuses(HOSTILE), true)
  await shield.close()
})

function banOf(network: string): BanView {
  return { id: network, tenantId: TENANT, network, reason: 'scanner', detail: '', since: 0, until: 0, hits: 0, level: 1, by: null }
}
