/** Speed dials are put in the place of what they stand for, and every rule counts for that. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import type { DirectorySnapshot, SnapshotExtension } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { deadEnd, forwardedTo } from '../../../pbx/routing/handling.ts'
import { leadsToHelp } from '../../../pbx/routing/plan.ts'
import type { CallRequest } from '../../../pbx/routing/request.ts'
import { nothing } from './nothing-else.ts'

const line = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  ...plainHandling, id: number, tenantId: 't', number, name: `Line ${number}`, ringSeconds: null, maxContacts: 5, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...over,
})
const dial = (number: string, target: string) => ({ number, name: `Dial ${number}`, target })
const lines = [
  line('101', { speedDials: [dial('01', '102'), dial('77', '*6702')] }), line('102', { outsideCalls: 'national', voicemail: true }), line('103', { outsideCalls: 'none', speedDials: [dial('05', '911')] }),
]
const company = [dial('01', '9 202 555 0100'.replaceAll(' ', '')), dial('02', '92025550123'), dial('03', '901144123456'), dial('04', '*002'), dial('0012', '*99102'), dial('06', '9911'), dial('08', '*67*008')]
const route = { id: 'r', tenantId: 't', name: 'Outside', position: 1, pattern: '9.', strip: 1, prepend: '', trunkIds: ['a'], callerId: null, callers: [], scheduleId: null, cheapestFirst: false, pinSetId: 'p', enabled: true }
const trunk = { id: 'a', tenantId: 't', name: 'Carrier', country: 'US', format: 'plus', callerId: '+12025550000', emergency: true, enabled: true }
const snapshot = {
  ...nothing, extension: (id: string) => lines.find((one) => one.id === id), extensionsOf: () => lines, extensionByNumber: (_: string, number: string) => lines.find((one) => one.number === number),
  speedDialsOf: () => company, outboundRoutesOf: () => [route], trunk: () => trunk, trunksOf: () => [trunk], pinSet: () => ({ id: 'p', tenantId: 't', name: 'Staff', salt: Buffer.alloc(0), pins: [] }),
  tenant: () => ({ id: 't', timeZone: 'UTC' }),
} as unknown as DirectorySnapshot
const plan = (dialled: string, from = '101', more: Partial<CallRequest> = {}) => decide({ tenantId: 't', caller: { extensionId: from, deviceId: 'd', number: from, name: null }, dialled, ...more }, snapshot, { ringSeconds: 30, at: 0 })

suite('speed dials', () => {
  test('the own one comes before that of the company, and says whose it is', () => {
    const own = plan('*001')
    assert.deepEqual([own.number, own.steps[0]?.kind, own.before], ['102', 'extension', { step: 'Dial 102', reason: '*001 is the speed dial Dial 01 of 101 (Line 101)' }])
    const theirs = plan('*001', '102')
    assert.deepEqual([theirs.number, theirs.before?.reason], ['92025550100', '*001 is the speed dial Dial 01 of the company'])
  })

  test('what it stands for goes through every rule: routes, PINs, who may call where', () => {
    const out = plan('*002', '102')
    const [step] = out.steps
    assert.deepEqual([out.direction, step?.kind === 'outside' && step.pin?.setId], ['outbound', 'p'])
    assert.match(plan('*002', '103').steps[0]?.reason ?? '', /103 \(Line 103\) may not call outside/)
    assert.match(plan('*003', '102').steps[0]?.reason ?? '', /abroad/)
    assert.equal(plan('*00012').steps[0]?.kind, 'voicemail', 'a code is dialled as well, and the whole number counts')
  })

  test('a call for help is one, from whoever may call nobody else', () => {
    for (const [dialled, from] of [['*005', '103'], ['*006', '103']] as const) assert.equal(leadsToHelp(plan(dialled, from)), true, dialled)
  })

  test('behind *67 the number is withheld, in either order, and nothing goes round in a circle', () => {
    const behind = plan('*67*002', '102')
    assert.deepEqual([behind.withheld, behind.number], [true, '92025550123'])
    const before = plan('*077')
    assert.deepEqual([before.withheld, before.number, before.before?.step], [true, '02', 'Dial *6702'])
    assert.match(plan('*004').steps[0]?.reason ?? '', /The speed dial \*004 leads to another one, \*002, which is not followed/)
    assert.match(plan('*008').steps[0]?.reason ?? '', /leads to another one/)
  })

  test('nobody has it; it needs a number; nobody from outside dials it, and nothing is forwarded there', () => {
    assert.match(plan('*099').steps[0]?.reason ?? '', /101 \(Line 101\) has no speed dial 99, nor has the company/)
    assert.equal(plan('*0').steps[0]?.kind, 'refuse')
    assert.match(plan('*001', '', { onBehalfOf: { extensionId: '', number: '700' } }).steps[0]?.reason ?? '', /\*0 is for phones of the house/)
    assert.match(plan('*001', '', { inbound: { trunkId: 'a', number: '*001' } }).steps[0]?.reason ?? '', /no such inbound number/)
    assert.equal(plan('*001', '', { onBehalfOf: { extensionId: '101', number: '101' } }).number, '102', 'whom a colleague transfers there')
    assert.match(deadEnd(snapshot, 't', '*001', lines[0]) ?? '', /is a feature code, and no phone/)
  })

  test('what uses a number names the speed dials of the company', () => {
    assert.deepEqual(forwardedTo(snapshot, 't', '102').map(({ number }) => number), ['*00012'])
  })
})
