/** Rates: the longest beginning that holds, what a call costs, the cheapest first; what is spent, to the cent and however many come at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRates as readCsvRates } from '../../../api/rates/csv.ts'
import { createCharges } from '../../../pbx/calls/charges.ts'
import { dayIn, Spending } from '../../../pbx/calls/spend.ts'
import type { Call } from '../../../pbx/calls/call.ts'
import { isSpendingLimited } from '../../../pbx/calls/spend-limits.ts'
import type { CallWorld } from '../../../pbx/calls/world.ts'
import { USUAL_TOLL } from '../../../pbx/directory/snapshot.ts'
import type { Rate } from '../../../pbx/index.ts'
import { compileDeck, costOf, readRates, writeRates } from '../../../pbx/rates/deck.ts'
import { admit } from '../../../pbx/steps/toll.ts'
import { openRates } from '../../../pbx/rates/rates.ts'

const rate = (prefix: string, price: number, more: Partial<Rate> = {}): Rate => ({ prefix, price, first: 60, then: 60, fee: 0, validFrom: 0, ...more })

test('the longest beginning that holds at the moment counts', () => {
  const deck = compileDeck('USD', [rate('49', 0.02), rate('4930', 0.01), rate('49301', 0.5, { validFrom: 2_000 }), rate('4930', 0.03, { validFrom: 5_000 })])
  const price = (digits: string, at: number) => deck.find(digits, at)?.price
  assert.deepEqual([price('4989123', 1_000), price('4930123', 1_000), price('4930123', 2_000), price('4930999', 6_000), price('33123', 6_000)], [0.02, 0.01, 0.5, 0.03, undefined])
  assert.deepEqual(readRates(writeRates([rate('4930', 0.0125, { first: 30, then: 6, fee: 0.05, validFrom: 5_000 })])), [rate('4930', 0.0125, { first: 30, then: 6, fee: 0.05, validFrom: 5_000 })])
})

test('steps are paid for when they begin', () => {
  const cases: [Partial<Rate>, number, number][] = [
    [{}, 0, 0.6], [{}, 60, 0.6], [{}, 60.2, 1.2], [{ first: 30, then: 6 }, 10, 0.3], [{ first: 30, then: 6 }, 30.5, 0.36], [{ first: 1, then: 1, fee: 0.1 }, 10.2, 0.21],
  ]
  for (const [more, seconds, cost] of cases) assert.equal(costOf(rate('1', 0.6, more), seconds), cost, `${JSON.stringify(more)} ${seconds}`)
})

test('the cheapest first, those of one price in turn, those that are down and those without a rate last', async () => {
  const rows = [['a', 0.02], ['b', 0.01], ['c', 0.01], ['d', 0.001]].map(([id, price]) => ({ trunk_id: id, imported_at: new Date(0), currency: 'USD', rates: writeRates([rate('49', Number(price))]) }))
  let asked = 0
  const trx = () => ({ where: () => ({ select: async () => rows }), whereIn: async () => (asked += 1, rows) })
  const room = await openRates({
    database: { system: (async (_purpose: string, work: (trx: unknown) => unknown) => work(trx)) as never },
    directory: { snapshot: (() => ({ tenants: () => [{ id: 't' }] })) as never, onChange: () => () => undefined }, logger: { error: assert.fail } as never,
  })
  const order = (number: string | null) => room.cheapestFirst(['x', 'a', 'b', 'c', 'd'].map((trunkId) => ({ trunkId })), number, (id) => Number(id === 'd')).map(({ trunkId }) => trunkId).join('')
  assert.deepEqual([order('+4930'), order('+4930'), order('+4930')], ['bcaxd', 'cbaxd', 'bcaxd'])
  assert.equal(order('+33').at(-1), 'd')
  assert.deepEqual([room.find('x', '+4930'), room.find('a', '+33'), room.find('a', null), room.find('a', '+4930')?.price, room.currencyOf('t')], [undefined, null, null, 0.02, 'USD'])
  await room.refresh('t')
  assert.equal(asked, 1, 'what has not changed is not read again')
})

test('a file with faults is told line by line, and nothing of it is taken', () => {
  const good = readCsvRates('\uFEFFPrefix;Price;First;Then;Fee;From\r\n+49 30;0,0125;1;1;0;2026-01-01\r\n1;0.01;;;;\r\n', 'USD', Date.now())
  assert.deepEqual([good.errors, good.currency, good.rates.map(({ prefix, price, first }) => [prefix, price, first])], [[], 'USD', [['4930', 0.0125, 1], ['1', 0.01, 60]]])
  const bad = readCsvRates('prefix,price,first,then,from,currency\nabc,0.1,1,1,,USD\n49,-1,0,5000,soon,USD\n49,1,1,1,,EUR\n49,1,1,1,,EUR\n', undefined, 0)
  assert.deepEqual(bad.errors.map(({ line, field }) => `${line} ${field}`), ['1 currency', '2 prefix', '3 from', '3 price', '3 first', '3 then', '5 prefix'])
  assert.deepEqual(readCsvRates('prefix,price,from\n49,1,2999-01-01\n', 'USD', Date.now()).errors.map(({ field }) => field), ['from'])
})

test('a day and a month pass in the time of the tenant; what is forgiven counts for all alone', () => {
  assert.deepEqual([dayIn('America/New_York', Date.UTC(2026, 10, 28, 3)), dayIn('UTC', Date.UTC(2026, 10, 28, 3))], ['2026-11-27', '2026-11-28'])
  const spending = new Spending([{ tenantId: 't', payerId: 'x', day: '2026-11-02', amount: 5, forgiven: 2 }, { tenantId: 't', payerId: null, day: '2026-11-27', amount: 1, forgiven: 0 }])
  spending.add('t', 'x', '2026-11-28', 4)
  const sums = () => [spending.sum('t', 'x', '2026-11-28'), spending.sum('t', 'x', '2026-11-01'), spending.sum('t', undefined, '2026-11-01'), spending.sum('u', undefined, '2026-11-01')]
  assert.deepEqual(sums(), [4, 7, 10, 0])
  spending.forgive('t', 'x')
  assert.deepEqual(sums(), [0, 0, 10, 0])
})

test('however many calls come at once, no more pass than may be spent; what is kept free comes back', () => {
  let now = Date.UTC(2026, 10, 28, 12)
  const charges = createCharges([], () => undefined, { now: () => now })
  const priced = { ...rate('49', 0.3), currency: 'USD' }
  const warned: string[] = []
  const locked: string[] = []
  const settings = { ...USUAL_TOLL.settings, spendDayTenant: 1, spendMonthExtension: 0.7 }
  const world = {
    charges, rates: { currencyOf: () => 'USD', find: () => priced }, warnSpending: (_t: string, id: string | null, window: string) => void warned.push(`${id} ${window}`), lockToll: async (_t: string, id: string, reason: string) => void locked.push(`${id}: ${reason}`), logger: {},
    directory: { snapshot: () => ({ tollOf: () => ({ settings, locks: new Map() }), extension: (id: string) => ({ id, tenantId: 't', number: '101', name: 'Anna', outsideAtOnce: null, outsidePerMinute: null }) }) },
  } as unknown as CallWorld
  const begin = (payerId: string | null) => admit(world, { tenantId: 't', request: {} } as Call, { kind: 'outside', number: '4930123', e164: '+4930123', emergency: false, payerId, attempts: [{ trunkId: 'a', trunk: 'A', number: '4930123', callerId: null }], diverted: [], reason: '' })
  const house = Array.from({ length: 5 }, () => begin(null)).flatMap((one) => (one.refused === undefined ? (one.charge ?? []) : []))
  assert.equal(house.length, 3, '0.90 of 1.00')
  assert.deepEqual([...new Set(warned)], ['null day'], 'of 80 % on somebody is told')
  house[0]!.place()
  house[0]!.answered(now)
  now += 30_000
  for (const one of house) one.release()
  assert.equal(charges.spent('t', 'day'), 0.3, 'two of them were never made')
  settings.spendDayTenant = 100
  const anna = [begin('x'), begin('x'), begin('x'), begin('x')]
  assert.deepEqual([anna.filter(({ refused }) => refused === undefined).length, locked], [2, ['x: calls that cost 0.70 USD within a month']])
  assert.deepEqual([charges.locking.has('x'), charges.spent('t', 'month', 'x')], [true, 0])
  assert.deepEqual([isSpendingLimited(USUAL_TOLL.settings, 'x'), isSpendingLimited(settings, null)], [false, true])
})

test('100,000 rates: a decision takes microseconds', (t) => {
  const rates = Array.from({ length: 100_000 }, (_, at) => rate(String(1_000_000 + at * 7), 0.01 + at / 1e7))
  const deck = compileDeck('USD', [...rates, rate('1', 1)])
  const numbers = Array.from({ length: 1_000 }, (_, at) => `${1_000_000 + ((at * 7919) % 700_000)}1234`)
  const begun = performance.now()
  let found = 0
  for (const number of numbers) if (deck.find(number, 1)) found += 1
  t.diagnostic(`${((performance.now() - begun) * 1_000 / numbers.length).toFixed(1)} µs for a number among ${deck.size} rates`)
  assert.ok(found > 900)
})
