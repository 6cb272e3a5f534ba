/** Which rule counts for a caller from outside: whether the call is put through, and where. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotBlockedCaller, SnapshotOwnBlockedCaller } from '../../../pbx/directory/types.ts'
import { ruleFor, standing } from '../../../pbx/routing/blocked.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import type { CallRequest } from '../../../pbx/routing/request.ts'
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

const own: Record<string, SnapshotOwnBlockedCaller[]> = {}
const numbers = [{ id: 'n', tenantId: 't', number: '+12025550000', name: 'Main', destination: '101', namePrefix: '', enabled: true, byCaller: [{ caller: '+1202*', destination: '102' }, { caller: '+12025550123', destination: '103' }, { caller: 'anonymous', destination: '104' }] }]
const snapshot = {
  ...nothing, trunk: () => ({ id: 'a', tenantId: 't', name: 'Carrier', country: 'US' }), inboundNumbersOf: () => numbers, blockedOf: () => [rule('+1202666*')],
  extension: (id: string) => (id === '101' ? { id, tenantId: 't', number: '101', name: 'Line 101' } : undefined),
  extensionByNumber: (_: string, number: string) => ({ id: number, tenantId: 't', number, name: `Line ${number}`, enabled: true, vipNumbers: [], forwardAlways: null, forwardBusy: null, forwardNoAnswer: null, forwardUnreachable: null, doNotDisturb: false, voicemail: false, blockedCallers: own[number] ?? [] }),
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

const mine = (number: string, action: SnapshotBlockedCaller['action'] = 'decline'): SnapshotOwnBlockedCaller => ({ number, name: 'Mine', action })
const company = [rule('+1900*'), rule('+19005550100'), rule('+1202555*', 'allow'), rule('/^\\+1\\d*666/', 'busy'), rule('/^\\+4930/', 'allow'), rule('+49*'), rule('/0{6}/', 'hold'), rule('anonymous')]
for (const [what, list, caller, number, ofExtension] of [
  ['the number itself before every pattern', [mine('+1900*', 'allow')], '+19005550100', '+19005550100', false],
  ['of two that say as much, that of the extension', [mine('+19005550100', 'allow')], '+19005550100', '+19005550100', true],
  ['of two beginnings as long, that of the extension', [mine('+1900*', 'allow')], '+19007770000', '+1900*', true],
  ['a longer beginning of the company before a shorter one of the extension', [mine('+1*')], '+12025550100', '+1202555*', false],
  ['a longer beginning of the extension', [mine('+12025550*')], '+12025550100', '+12025550*', true],
  ['an expression, where nothing else fits', [], '+13036660000', '/^\\+1\\d*666/', false],
  ['an expression is held against the number with +', [], '13036660000', '/^\\+1\\d*666/', false],
  ['a beginning, also an exception, before an expression', [], '+12025556660', '+1202555*', false],
  ['an exception that is an expression before a beginning', [], '+4930123', '/^\\+4930/', false],
  ['an exception that is an expression of the extension', [mine('/555/', 'allow')], '+19005550101', '/555/', true],
  ['but not before the number itself', [mine('/555/', 'allow')], '+19005550100', '+19005550100', false],
  ['a hidden number is in no pattern and no expression', [mine('/.*a/'), mine('+*')], 'anonymous', 'anonymous', false],
  ['the extension may want those who hide', [mine('anonymous', 'allow')], 'anonymous', 'anonymous', true],
  ['nobody', [mine('+7*')], '+33155550100', undefined, undefined],
] as const) test(`what says most: ${what}`, () => {
  const found = standing(company, list, caller)
  assert.deepEqual([found?.rule.number, found?.own], [number, ofExtension])
})

test('an expression takes time in proportion to the number, whoever wrote it', () => {
  const before = process.cpuUsage().user
  assert.equal(ruleFor([rule('/^\\+(\\d+)+(\\d+)+(\\d+)+x$/')], `+${'1'.repeat(20)}`), undefined)
  assert.ok(process.cpuUsage().user - before < 2_000_000)
})

const plan = (caller: string, list: SnapshotOwnBlockedCaller[], more: Partial<CallRequest> = {}, dialled = '+12025550000') => {
  Object.assign(own, { 101: list, 102: list })
  const { steps } = decide({ tenantId: 't', caller: { extensionId: '', deviceId: '', number: caller, name: null }, dialled, ...(dialled.startsWith('+') && { inbound: { trunkId: 'a', number: dialled } }), ...more }, snapshot, { ringSeconds: 30, at: 0 })
  Object.assign(own, { 101: [], 102: [] })
  return steps
}
const said = (steps: readonly { kind: string; reason: string }[]) => [steps[0]?.kind, steps[0]?.reason]
for (const [what, steps, expected] of [
  ['the list of the extension that an inbound number leads to', plan('+4930123', [mine('+4930*', 'hold')]), ['hold', '+4930123 is blocked by +4930* (Mine), of 101 (Line 101), and held']],
  ['an exception of the extension, against the company', plan('+12026661234', [mine('+12026661234', 'allow')]), ['extension', /^\+12026661234 is always put through, by \+12026661234 \(Mine\), of 102 \(Line 102\); .*to 102; /]],
  ['whoever calls back after a call for help', plan('+4930123', [mine('+4930*')], { callBack: { extensionId: '101', deviceId: 'd', shared: false } }), ['extension', /called for help a while ago/]],
  ['by a menu', plan('+4930123', [mine('+4930*', 'busy')], { onBehalfOf: { extensionId: '', number: '500' } }, '101'), ['refuse', /is blocked by \+4930\* \(Mine\), of 101/]],
  ['whom a colleague transfers', plan('+4930123', [mine('+4930*')], { onBehalfOf: { extensionId: '105', number: '105' } }, '101'), ['extension', /101 is the extension of/]],
  ['a colleague', plan('+4930123', [mine('+4930*')], { caller: { extensionId: '102', deviceId: 'd', number: '+4930123', name: null } }, '101'), ['extension', /101 is the extension of/]],
  ['a message, without a mailbox', plan('+4930123', [mine('+4930*', 'voicemail')]), ['refuse', /nobody is called who has a mailbox/]],
] as const) test(`a call for an extension with a list: ${what}`, () => {
  const [kind, reason] = said(steps)
  assert.equal(kind, expected[0])
  if (typeof expected[1] === 'string') assert.equal(reason, expected[1])
  else assert.match(reason ?? '', expected[1])
})
