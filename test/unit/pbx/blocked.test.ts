/** Which rule counts for a caller from outside: whether the call is put through, and where. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotBlockedCaller } from '../../../pbx/directory/types.ts'
import { ruleFor } from '../../../pbx/routing/blocked.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { nothing } from './nothing-else.ts'

const rule = (number: string, action: SnapshotBlockedCaller['action'] = 'decline', enabled = true): SnapshotBlockedCaller => ({ number, name: 'Why', action, enabled })
const rules = [rule('+1900*'), rule('+1900555*', 'allow'), rule('+19005550100', 'busy'), rule('anonymous', 'not-in-service'), rule('+4930*', 'busy', false)]

const cases: [caller: string, rule: string | undefined][] = [
  ['+19001234567', '+1900*'],
  // A carrier may leave the + away.
  ['19001234567', '+1900*'],
  // What says more of the number counts, an exception too.
  ['+19005551234', '+1900555*'],
  ['+19005550100', '+19005550100'],
  ['+12025550100', undefined],
  ['anonymous', 'anonymous'],
  ['+4930123456', undefined],
]
for (const [caller, expected] of cases) test(`${caller}: ${expected ?? 'put through'}`, () => assert.equal(ruleFor(rules, caller)?.number, expected))

test('+* is everybody with a number, and nobody who hides it', () => {
  assert.equal(ruleFor([rule('+*')], '+12025550100')?.number, '+*')
  assert.equal(ruleFor([rule('+*')], 'anonymous'), undefined)
})

test('of two rules that say as much, the whole number counts', () => {
  assert.equal(ruleFor([rule('+19005550100*', 'allow'), rule('+19005550100', 'busy')], '+19005550100')?.action, 'busy')
})

test('among thousands a rule is found without reading them all again for every call', () => {
  let read = 0
  const many = Array.from({ length: 10_000 }, (_, at) => ({ get number() { read += 1; return `+1202${5_550_000 + at}` }, name: 'Why', action: 'decline', enabled: true }) as const)
  assert.equal(ruleFor(many, '+12025559999')?.action, 'decline')
  read = 0
  for (let at = 0; at < 100; at += 1) assert.equal(ruleFor(many, `+1202444${1000 + at}`), undefined)
  assert.equal(read, 0)
})

const numbers = [{ id: 'n', tenantId: 't', number: '+12025550000', name: 'Main', destination: '101', namePrefix: '', enabled: true, byCaller: [{ caller: '+1202*', destination: '102' }, { caller: '+12025550123', destination: '103' }, { caller: 'anonymous', destination: '104' }] }]
const snapshot = {
  ...nothing, trunk: () => ({ id: 'a', tenantId: 't', name: 'Carrier', country: 'US' }), inboundNumbersOf: () => numbers, blockedOf: () => [rule('+1202666*')],
  extensionByNumber: (_: string, number: string) => ({ id: number, tenantId: 't', number, name: `Line ${number}`, enabled: true, vipNumbers: [], forwardAlways: null, forwardBusy: null, forwardNoAnswer: null, forwardUnreachable: null, doNotDisturb: false }),
} as unknown as DirectorySnapshot
const reasonFor = (caller: string, number = '+12025550000'): string =>
  decide({ tenantId: 't', caller: { extensionId: '', deviceId: '', number: caller, name: null }, dialled: number, inbound: { trunkId: 'a', number } }, snapshot, { ringSeconds: 30, at: 0 }).steps[0]?.reason ?? ''

for (const [caller, where] of [
  ['+12025550777', /^\+12025550000 \(Main\) leads callers with \+1202\* to 102; /],
  ['+12025550123', /leads callers with \+12025550123 to 103; /],
  ['anonymous', /leads callers who hide their number to 104; /],
  ['+4930123456', /\(Main\) leads to 101; /],
  ['+12026661234', /is blocked by \+1202666\*/],
] as const) test(`an inbound number leads ${caller} by who calls: ${where.source}`, () => assert.match(reasonFor(caller), where))

test('who calls does not make a number of what is none', () => assert.match(reasonFor('+12025550777', '+12025559999'), /there is no such inbound number/))
