/** Which calls go outside, as which number, and who may. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotInboundNumber, SnapshotOutboundRoute, SnapshotTrunk } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { outsideMember } from '../../../pbx/routing/members.ts'
import { fits } from '../../../pbx/routing/limits.ts'
import { findInboundNumber, wayOut, wayToHelp } from '../../../pbx/routing/outside.ts'
import { nothing } from './nothing-else.ts'

const trunk = (id: string, over: Partial<SnapshotTrunk> = {}): SnapshotTrunk => ({
  id, tenantId: 't', name: `Trunk ${id}`, host: 'carrier.example', port: null, transport: 'udp', username: null, password: null, register: false, registersHere: false, registerSeconds: 600, clientCertificate: null, clientKey: null, peerAuthority: null, peerName: null, networks: [],
  country: 'US', format: 'plus', callerId: '+12025550100', identity: 'pai', maxCalls: null, maxCallsPerSecond: null, emergency: false, sendLocation: false, locationBy: 'value', headerRules: [], codecs: [], dtmf: 'auto', packetMs: null, signCalls: false, verifyCalls: 'off', readDiversion: true, enabled: true, ...over,
})
const route = (pattern: string, over: Partial<SnapshotOutboundRoute> = {}): SnapshotOutboundRoute => ({ id: pattern, tenantId: 't', name: pattern, position: 100, pattern, strip: 0, prepend: '', trunkIds: ['a'], callerId: null, callers: [], scheduleId: null, cheapestFirst: false, pinSetId: null, enabled: true, ...over })
const snapshotOf = (trunks: SnapshotTrunk[], routes: SnapshotOutboundRoute[], numbers: Partial<SnapshotInboundNumber>[] = []) =>
  ({ ...nothing, trunk: (id: string) => trunks.find((one) => one.id === id), trunksOf: () => trunks, outboundRoutesOf: () => routes, inboundNumbersOf: () => numbers }) as unknown as DirectorySnapshot
const payer = (outsideCalls: 'none' | 'national' | 'international', outsideNumber: string | null = null) => ({ id: 'id-101', number: '101', name: 'Anna', outsideCalls, outsideNumber })

const first = (number: string, who: Parameters<typeof wayOut>[2], snapshot: DirectorySnapshot) => wayOut('t', number, who, snapshot, 0)?.steps[0]

test('patterns: X, Z and N are digits, a dot is one or more that follow', () => {
  const cases: [string, string, boolean][] = [
    ['NXXNXXXXXX', '2025550123', true], ['NXXNXXXXXX', '1025550123', false], ['NXXNXXXXXX', '20255501234', false], ['9.', '91', true], ['9.', '9', false],
    ['0Z.', '0123', true], ['0Z.', '0012', false], ['+.', '+49', true], ['*9X', '*91', true], ['X', '*', false],
  ]
  for (const [pattern, number, expected] of cases) assert.equal(fits(pattern, number), expected, `${pattern} ${number}`)
})

test('each carrier gets the number as it wants it, and the caller as the extension, the route or the trunk has it', () => {
  const trunks = [trunk('a'), trunk('b', { format: 'digits' }), trunk('c', { format: 'national' }), trunk('d', { format: 'dialled', callerId: null }), trunk('e', { enabled: false })]
  const step = first('92025550123', payer('national'), snapshotOf(trunks, [route('9.', { strip: 1, trunkIds: ['a', 'b', 'c', 'd', 'e'] })]))
  assert.deepEqual(step?.kind === 'outside' && step.attempts.map(({ number, callerId }) => [number, callerId]), [
    ['+12025550123', '+12025550100'], ['12025550123', '+12025550100'], ['2025550123', '+12025550100'], ['2025550123', null],
  ])
  const own = first('92025550123', payer('national', '+12025550111'), snapshotOf(trunks, [route('9.', { strip: 1, callerId: '+12025550122' })]))
  assert.equal(own?.kind === 'outside' && own.attempts[0]?.callerId, '+12025550111')
  const routes = first('92025550123', payer('national'), snapshotOf(trunks, [route('9.', { strip: 1, callerId: '+12025550122' })]))
  assert.equal(routes?.kind === 'outside' && routes.attempts[0]?.callerId, '+12025550122')
})

test('whatever may lead abroad needs the permission, however it is written', () => {
  const snapshot = snapshotOf([trunk('a', { format: 'dialled' })], [route('9.', { strip: 1 })])
  // By +, by the international prefix, under the country code of the US (Jamaica), by a prefix that is none there, with signs before it.
  for (const abroad of ['+4930123456', '0114930123456', '18765551234', '004930123456', '0049', '011', '#31#0114930123456', '2025550123#0114930123456', '8888888888888', '+1', '12025550123;phone-context=+49']) {
    const step = first(`9${abroad}`, payer('national'), snapshot)
    assert.equal(step?.kind === 'refuse' && step.refusal, 'outside-forbidden', abroad)
    assert.equal(first(`9${abroad}`, payer('international'), snapshot)?.kind, 'outside', abroad)
  }
  for (const home of ['2025550123', '12025550123', '+12025550123', '5550123', '411']) assert.equal(first(`9${home}`, payer('national'), snapshot)?.kind, 'outside', home)
  assert.equal(first('92025550123', payer('none'), snapshot)?.kind, 'refuse')
  assert.match(first('919005551234', payer('international'), snapshot)?.reason ?? '', /premium-rate/)
})

test('the first route that fits is taken, those switched off are not; without a trunk it is said why', () => {
  const snapshot = snapshotOf([trunk('a'), trunk('b', { enabled: false })], [route('9.', { enabled: false }), route('9202.', { trunkIds: ['b'] }), route('9.', { strip: 1 })])
  const step = first('92025550123', payer('national'), snapshot)
  assert.deepEqual(step?.kind === 'refuse' && [step.refusal, /switched off/.test(step.reason)], ['no-trunk', true])
  assert.equal(wayOut('t', '777', payer('national'), snapshot, 0), undefined)
})

/** The first Thursday of 1970 at 12:00; the company opens at 9 and closes at 17. */
const NOON = 12 * 3_600_000
const opening = { id: 's', tenantId: 't', number: '800', name: 'Office', timeZone: 'UTC', hours: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }], holidays: [], override: 'automatic', enabled: true }

test('a route may be for some extensions and for some hours: others take the next, or hear why there is none', () => {
  const limited = [route('9.', { name: 'Sales', strip: 1, callers: ['2XX', '3.'] }), route('9.', { name: 'Office', strip: 1, scheduleId: 's', trunkIds: ['b'] })]
  const snapshot = { ...snapshotOf([trunk('a'), trunk('b', { emergency: true })], limited), schedule: (id: string) => (id === 's' ? opening : undefined) } as DirectorySnapshot
  const at = (number: string, time: number, dialled = '92025550123') => wayOut('t', dialled, { ...payer('national'), id: number, number }, snapshot, time)?.steps[0]
  const over = (step: ReturnType<typeof at>) => step?.kind === 'outside' && step.attempts[0]?.trunkId
  assert.equal(over(at('201', 0)), 'a')
  assert.equal(over(at('3456', 0)), 'a')
  const passed = at('101', NOON)
  assert.equal(over(passed), 'b')
  assert.match(passed?.reason ?? '', /Sales is for 2XX, 3\. only, and not for 101 \(Anna\); The outbound route Office takes/)
  const closed = at('101', 0)
  assert.deepEqual(closed?.kind === 'refuse' && closed.refusal, 'route-closed')
  assert.match(closed?.reason ?? '', /when 800 \(Office\) is open: it is Thursday 00:00 in UTC, outside the opening hours/)
  // The house itself is none of the extensions; opening hours that are gone or switched off open nothing.
  assert.equal(wayOut('t', '92025550123', undefined, snapshot, 0)?.steps[0]?.kind, 'refuse')
  for (const gone of [undefined, { ...opening, enabled: false }]) assert.equal(wayOut('t', '92025550123', { ...payer('national') }, { ...snapshot, schedule: () => gone } as unknown as DirectorySnapshot, NOON)?.steps[0]?.kind, 'refuse')
  const only = { ...snapshot, outboundRoutesOf: () => limited.slice(0, 1) } as DirectorySnapshot
  const refused = wayOut('t', '92025550123', payer('national'), only, NOON)?.steps[0]
  assert.equal(refused?.kind === 'refuse' && refused.refusal, 'outside-forbidden')
})

test('whoever dials the digit for an outside line before 112 is helped, whatever the limits of its route', () => {
  const limited = [route('8.', { strip: 1, callers: ['2XX'], scheduleId: 's' }), route('8.', { strip: 0 })]
  const snapshot = { ...snapshotOf([trunk('a', { emergency: true })], limited), schedule: () => opening } as unknown as DirectorySnapshot
  const [step] = decide({ tenantId: 't', caller: { extensionId: '', deviceId: '', number: '101', name: null }, dialled: '8112' }, snapshot, { ringSeconds: 30, at: 0 }).steps
  assert.deepEqual(step?.kind === 'outside' && [step.emergency, step.number], [true, '112'])
})

test('help goes over the trunks that carry it, whoever calls and whatever the routes say', () => {
  const [step] = wayToHelp('t', '9911', payer('none'), snapshotOf([trunk('a'), trunk('b', { emergency: true }), trunk('c', { emergency: true, enabled: false })], []), { number: '911', located: undefined })
  assert.deepEqual(step?.kind === 'outside' && [step.number, step.emergency, step.attempts.map(({ trunkId, number }) => [trunkId, number])], ['911', true, [['b', '911']]])
  assert.deepEqual(wayToHelp('t', '911', undefined, snapshotOf([trunk('a')], []), { number: '911', located: undefined }), [])
})

test('an inbound number is found however the carrier writes it, and no other', () => {
  const snapshot = snapshotOf([], [], [{ id: 'n', number: '+12025550100' }, { id: 'short', number: '5000' }])
  for (const written of ['+12025550100', '12025550100', '2025550100']) assert.equal(findInboundNumber(snapshot, trunk('a'), written)?.id, 'n', written)
  assert.equal(findInboundNumber(snapshot, trunk('a'), '5000')?.id, 'short')
  for (const other of ['+12025550101', '', '101', '5550100']) assert.equal(findInboundNumber(snapshot, trunk('a'), other), undefined, other)
})

test('9 112 is a call for help as well, and neither a forward nor an inbound number leads there', () => {
  const forwarder = { id: 'f', tenantId: 't', number: '102', name: 'Ben', enabled: true, forwardAlways: '9112', vipNumbers: [], blockedCallers: [], outsideCalls: 'international' }
  const snapshot = {
    ...snapshotOf([trunk('a'), trunk('b', { emergency: true })], [route('9.', { strip: 1 })], [{ id: 'n', number: '+12025550100', name: 'Main', destination: '911', byCaller: [], enabled: true }]),
    extension: (id: string) => (id === 'f' ? forwarder : undefined), extensionByNumber: (_: string, number: string) => (number === '102' ? forwarder : undefined),
  } as unknown as DirectorySnapshot
  const caller = { extensionId: '', deviceId: '', number: '103', name: null }
  const stepOf = (dialled: string, inbound?: { trunkId: string; number: string }) => decide({ tenantId: 't', caller, dialled, ...(inbound && { inbound }) }, snapshot, { ringSeconds: 30, at: 0 }).steps[0]
  const help = stepOf('9112')
  assert.deepEqual(help?.kind === 'outside' && [help.number, help.emergency, help.attempts.map(({ trunkId }) => trunkId)], ['112', true, ['b']])
  for (const step of [stepOf('102'), stepOf('+12025550100', { trunkId: 'a', number: '+12025550100' })]) assert.deepEqual([step?.kind, /emergency services/.test(step?.reason ?? '')], ['announcement', true])
})

test('a number outside is rung beside others where whoever pays may call it; help is nowhere', () => {
  const snapshot = snapshotOf([trunk('a')], [route('0.', { strip: 1, prepend: '9' }), route('9.', { strip: 1 })])
  const member = (number: string, who: Parameters<typeof outsideMember>[2]) => {
    const found = outsideMember('t', number, who, snapshot, 0)
    return 'why' in found ? found.why : found.outside.attempts[0]?.number
  }
  assert.equal(member('9 202 555-0123', undefined), '+12025550123')
  assert.match(member('92025550123', { ...payer('none') } as never) ?? '', /101 \(Anna\) may not call outside/)
  for (const help of ['911', '9911', '011', '9112']) assert.match(member(help, undefined) ?? '', /emergency services/, help)
  assert.match(member('777', undefined) ?? '', /No outbound route takes 777/)
})

test('a route with a PIN is for whoever dials: not for those whom a forward, a menu or a transfer sends there', () => {
  const snapshot = { ...snapshotOf([trunk('a')], [route('9.', { strip: 1, pinSetId: 'p' })]), pinSet: () => ({ id: 'p', name: 'Abroad' }), extension: () => payer('national') } as unknown as DirectorySnapshot
  const caller = { extensionId: 'id-101', deviceId: 'd', number: '101', name: 'Anna' }
  const to = (over: object) => decide({ tenantId: 't', caller, dialled: '92025550123', ...over }, snapshot, { ringSeconds: 30, at: 0 }).steps[0]
  const asked = [to({}), to({ onBehalfOf: { extensionId: 'id-101', number: '101' } })]
  for (const step of asked) assert.deepEqual(step?.kind === 'outside' && step.pin, { setId: 'p', name: 'Abroad' })
  const transferred = to({ onBehalfOf: { extensionId: 'id-102', number: '102' } })
  assert.match(transferred?.kind === 'refuse' ? transferred.reason : '', /asks for a PIN of Abroad, and whoever is sent there by 102 would not know one/)
  // A caller from outside whom a menu sends on is no extension, as the menu is none.
  assert.equal(to({ caller: { ...caller, extensionId: '' }, onBehalfOf: { extensionId: '', number: '700' } })?.kind, 'refuse')
})
