import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import type { DirectorySnapshot, SnapshotExtension, SnapshotPagingGroup } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { deadEnd } from '../../../pbx/routing/handling.ts'
import { describeStep } from '../../../pbx/routing/plan.ts'
import { nothing } from './nothing-else.ts'

const extension = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  id: `id-${number}`, tenantId: 't', number, name: `Name ${number}`, ringSeconds: null, maxContacts: 10, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling, ...over,
})
const people = [extension('101'), extension('102'), extension('103', { pageable: false }), extension('104', { doNotDisturb: true, vipNumbers: ['101'] }), extension('105', { enabled: false })]

function snapshotOf(over: Partial<SnapshotPagingGroup> = {}): DirectorySnapshot {
  const group: SnapshotPagingGroup = { id: 'g', tenantId: 't', number: '700', name: 'Hall', members: people.map(({ id }) => id), callers: [], twoWay: false, skipBusy: true, answerSeconds: 8, fromOutside: false, enabled: true, ...over }
  return {
    ...nothing,
    extension: (id: string) => people.find((one) => one.id === id),
    extensionByNumber: (_tenant: string, number: string) => people.find((one) => one.number === number),
    pagingGroupByNumber: (_tenant: string, number: string) => (number === group.number ? group : undefined),
  } as unknown as DirectorySnapshot
}
const caller = (number: string): { extensionId: string; deviceId: string; number: string; name: null } => ({ extensionId: `id-${number}`, deviceId: 'd', number, name: null })
const firstStep = (dialled: string, by: ReturnType<typeof caller>, snapshot = snapshotOf()) => decide({ tenantId: 't', caller: by, dialled }, snapshot, { ringSeconds: 30, at: 0 }).steps[0]!

test('a page leaves out whoever calls, who does not want it, who is not to be disturbed, and who is switched off', () => {
  const step = firstStep('700', caller('101'))
  assert.deepEqual(step.kind === 'page' && step.members, ['id-102'])
  assert.match(step.reason, /: 102; 103 takes no paging; 104 does not want to be disturbed$/)
  assert.equal(describeStep(step), 'Page one extension, whose phones answer by themselves')
})

test('who may page is said by number or pattern, and nobody from outside unless the group says so', () => {
  const reason = (over: Partial<SnapshotPagingGroup>, by = caller('101')): string => {
    const step = firstStep('700', by, snapshotOf(over))
    return step.kind === 'refuse' ? step.refusal : step.kind
  }
  const outside = { ...caller('101'), extensionId: '' }
  assert.deepEqual([reason({ callers: ['10X'] }), reason({ callers: ['102', '2XX'] }), reason({ enabled: false })], ['page', 'page-forbidden', 'paging-disabled'])
  assert.deepEqual([reason({}, outside), reason({ fromOutside: true, callers: ['102'] }, outside)], ['page-forbidden', 'page'])
})

test('nothing is led to a page or an intercom that takes nobody from outside', () => {
  assert.match(deadEnd(snapshotOf(), 't', '700') ?? '', /takes no calls from outside/)
  assert.equal(deadEnd(snapshotOf({ fromOutside: true }), 't', '700'), undefined)
  assert.match(deadEnd(snapshotOf(), 't', '*80101') ?? '', /from extensions alone/)
})

test('intercom is for whoever sits there: no forward, no mailbox, and nobody who does not want it', () => {
  const refusal = (dialled: string, by = caller('101')): string => {
    const step = firstStep(dialled, by)
    return step.kind === 'refuse' || step.kind === 'announcement' ? step.refusal : step.kind
  }
  const step = firstStep('*80102', caller('101'))
  assert.deepEqual(step.kind === 'extension' && [step.extensionId, step.intercom, step.busyAt, step.otherwise], ['id-102', true, 1, {}])
  assert.deepEqual([refusal('*80103'), refusal('*80104', caller('102')), refusal('*80104'), refusal('*80105'), refusal('*80999'), refusal('*80')], ['not-pageable', 'do-not-disturb', 'extension', 'extension-disabled', 'unknown-number', 'feature-argument'])
})
