/** Which calls go outside, as which number, and who may. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotInboundNumber, SnapshotOutboundRoute, SnapshotTrunk } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { outsideMember } from '../../../pbx/routing/members.ts'
import { findInboundNumber, fits, wayOut, wayToHelp } from '../../../pbx/routing/outside.ts'
import { nothing } from './nothing-else.ts'

const trunk = (id: string, over: Partial<SnapshotTrunk> = {}): SnapshotTrunk => ({
  id, tenantId: 't', name: `Trunk ${id}`, host: 'carrier.example', port: null, transport: 'udp', username: null, password: null, register: false, networks: [],
  country: 'US', format: 'plus', callerId: '+12025550100', identity: 'pai', maxCalls: null, emergency: false, sendLocation: false, enabled: true, ...over,
})
const route = (pattern: string, over: Partial<SnapshotOutboundRoute> = {}): SnapshotOutboundRoute => ({ id: pattern, tenantId: 't', name: pattern, position: 100, pattern, strip: 0, prepend: '', trunkIds: ['a'], callerId: null, enabled: true, ...over })
const snapshotOf = (trunks: SnapshotTrunk[], routes: SnapshotOutboundRoute[], numbers: Partial<SnapshotInboundNumber>[] = []) =>
  ({ ...nothing, trunk: (id: string) => trunks.find((one) => one.id === id), trunksOf: () => trunks, outboundRoutesOf: () => routes, inboundNumbersOf: () => numbers }) as unknown as DirectorySnapshot
const payer = (outsideCalls: 'none' | 'national' | 'international', outsideNumber: string | null = null) => ({ id: 'id-101', number: '101', name: 'Anna', outsideCalls, outsideNumber })

const first = (number: string, who: Parameters<typeof wayOut>[2], snapshot: DirectorySnapshot) => wayOut('t', number, who, snapshot)?.steps[0]

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
  assert.equal(wayOut('t', '777', payer('national'), snapshot), undefined)
})

test('help goes over the trunks that carry it, whoever calls and whatever the routes say', () => {
  const [step] = wayToHelp('t', '9911', payer('none'), snapshotOf([trunk('a'), trunk('b', { emergency: true }), trunk('c', { emergency: true, enabled: false })], []), undefined)
  assert.deepEqual(step?.kind === 'outside' && [step.number, step.emergency, step.attempts.map(({ trunkId, number }) => [trunkId, number])], ['911', true, [['b', '911']]])
  assert.deepEqual(wayToHelp('t', '911', undefined, snapshotOf([trunk('a')], []), undefined), [])
})

test('an inbound number is found however the carrier writes it, and no other', () => {
  const snapshot = snapshotOf([], [], [{ id: 'n', number: '+12025550100' }, { id: 'short', number: '5000' }])
  for (const written of ['+12025550100', '12025550100', '2025550100']) assert.equal(findInboundNumber(snapshot, trunk('a'), written)?.id, 'n', written)
  assert.equal(findInboundNumber(snapshot, trunk('a'), '5000')?.id, 'short')
  for (const other of ['+12025550101', '', '101', '5550100']) assert.equal(findInboundNumber(snapshot, trunk('a'), other), undefined, other)
})

test('9 112 is a call for help as well, and neither a forward nor an inbound number leads there', () => {
  const forwarder = { id: 'f', tenantId: 't', number: '102', name: 'Ben', enabled: true, forwardAlways: '9112', vipNumbers: [], outsideCalls: 'international' }
  const snapshot = {
    ...snapshotOf([trunk('a'), trunk('b', { emergency: true })], [route('9.', { strip: 1 })], [{ id: 'n', number: '+12025550100', name: 'Main', destination: '911', enabled: true }]),
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
    const found = outsideMember('t', number, who, snapshot)
    return 'why' in found ? found.why : found.outside.attempts[0]?.number
  }
  assert.equal(member('9 202 555-0123', undefined), '+12025550123')
  assert.match(member('92025550123', { ...payer('none') } as never) ?? '', /101 \(Anna\) may not call outside/)
  for (const help of ['911', '9911', '011', '9112']) assert.match(member(help, undefined) ?? '', /emergency services/, help)
  assert.match(member('777', undefined) ?? '', /No outbound route takes 777/)
})
