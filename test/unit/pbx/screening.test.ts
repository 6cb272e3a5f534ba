/** Who is asked for a name before an extension rings, as routing decides it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotExtension } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import type { CallRequest } from '../../../pbx/routing/request.ts'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import { nothing } from './nothing-else.ts'

const line = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  ...plainHandling, id: number, tenantId: 't', number, name: `Line ${number}`, ringSeconds: null, maxContacts: 5, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...over,
})
const lines = [
  line('101', { screening: 'outside', vipNumbers: ['+12025550111'], blockedCallers: [{ number: '+12025550112', name: 'Bank', action: 'allow' }] }),
  line('102', { screening: 'unknown' }), line('103'), line('104', { forwardAlways: '101' }), line('105', { screening: 'outside', followMe: true, followMeTo: [{ target: '103', delaySeconds: 0, ringSeconds: 20, confirm: false }] }),
  line('106', { screening: 'outside', doNotDisturb: true }),
]
const snapshot = {
  ...nothing, trunk: () => ({ id: 'a', tenantId: 't', name: 'Carrier', country: 'US' }), blockedOf: () => [{ number: '+1202555012*', name: 'Partners', action: 'allow', enabled: true }],
  inboundNumbersOf: () => lines.map(({ number }) => ({ id: number, tenantId: 't', number: `+1202555${number.padStart(4, '0')}`, name: 'Main', destination: number, namePrefix: '', enabled: true, byCaller: [] })),
  ringGroupByNumber: (_: string, number: string) => (number === '600' ? { id: 'g', tenantId: 't', number: '600', name: 'Sales', strategy: 'all', members: [{ extensionId: '101', number: null, delaySeconds: 0, ringSeconds: null, confirm: false }], ringSeconds: 20, memberSeconds: 10, rounds: null, skipBusy: false, namePrefix: '', alertInfo: '', noAnswer: null, missedCallMail: [], greeting: '', music: false, nextMember: 0, enabled: true } : undefined),
  extension: (id: string) => lines.find((one) => one.id === id), extensionByNumber: (_: string, number: string) => lines.find((one) => one.number === number),
} as unknown as DirectorySnapshot
const outside = (number: string, to: string, more: Partial<CallRequest> = {}): CallRequest => ({ tenantId: 't', caller: { extensionId: '', deviceId: '', number, name: null }, dialled: `+1202555${to.padStart(4, '0')}`, inbound: { trunkId: 'a', number: `+1202555${to.padStart(4, '0')}` }, ...more })
const inside = (to: string, more: Partial<CallRequest> = {}): CallRequest => ({ tenantId: 't', caller: { extensionId: '103', deviceId: 'd', number: '103', name: null }, dialled: to, ...more })
const transferred = (to: string, by: string): CallRequest => ({ tenantId: 't', caller: { extensionId: '', deviceId: '', number: '+12025550999', name: null }, dialled: to, onBehalfOf: { extensionId: by, number: by || '700' } })

const cases: [what: string, request: CallRequest, asked: string | undefined, reason: RegExp][] = [
  ['a stranger', outside('+12025550999', '101'), 'outside', /101 asks callers from outside for their name$/],
  ['whoever hides the number', outside('anonymous', '101'), 'outside', /asks callers from outside/],
  ['only strangers', outside('+12025550999', '102'), 'unknown', /102 asks callers whom no contact has for their name$/],
  ['nobody', outside('+12025550999', '103'), undefined, /^(?!.*asks callers)/],
  ['a colleague', inside('101'), undefined, /^(?!.*asks callers)/],
  ['who may always disturb', outside('+12025550111', '101'), undefined, /not \+12025550111, who may always disturb$/],
  ['an exception of the extension', outside('+12025550112', '101'), undefined, /not \+12025550112, who is always put through$/],
  ['an exception of the company', outside('+12025550123', '101'), undefined, /not \+12025550123, who is always put through$/],
  ['whom a colleague transfers', transferred('101', '103'), undefined, /not whom 103 transfers$/],
  ['whom a menu leads there', transferred('101', ''), 'outside', /asks callers from outside/],
  ['whom another extension forwards', outside('+12025550999', '104'), 'outside', /asks callers from outside/],
  ['with follow me', outside('+12025550999', '105'), 'outside', /follow me rings 103; 105 asks callers from outside/],
  ['do not disturb comes first', outside('+12025550999', '106'), undefined, /does not want to be disturbed/],
  ['who calls back after a call for help', outside('+12025550911', '101', { callBack: { extensionId: '103', deviceId: null, shared: true } }), undefined, /103 \(Line 103\) called for help/],
]
for (const [what, request, asked, reason] of cases) {
  test(`${what}: ${asked === undefined ? 'not asked' : 'asked'}`, () => {
    const [step] = decide(request, snapshot, { ringSeconds: 30, at: 0 }).steps
    assert.equal(step?.kind === 'extension' ? step.screen : undefined, asked)
    assert.match(step?.reason ?? '', reason)
  })
}

test('the extension of a call back on a shared number is rung behind it unasked; members of groups ring unasked', () => {
  const back = decide(outside('+12025550911', '101', { callBack: { extensionId: '103', deviceId: null, shared: true } }), snapshot, { ringSeconds: 30, at: 0 }).steps
  assert.deepEqual(back.map((step) => (step.kind === 'extension' ? [step.extensionId, step.screen] : step.kind)), [['103', undefined], ['101', undefined]])
  const [group] = decide({ ...outside('+12025550999', '101'), inbound: undefined as never, dialled: '600' }, snapshot, { ringSeconds: 30, at: 0 }).steps
  assert.equal(group?.kind, 'ring-group')
})
