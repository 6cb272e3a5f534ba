/** Whose calls an extension may listen to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import type { DirectorySnapshot, SnapshotExtension } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { nothing } from './nothing-else.ts'

const extension = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  id: `id-${number}`, tenantId: 't', number, name: `Name ${number}`, ringSeconds: null, maxContacts: 10, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling, ...over,
})
const people = [
  extension('101'), extension('102'), extension('203'), extension('150', { supervises: ['102'] }), extension('151', { supervises: ['2XX'] }), extension('152', { supervises: ['600'] }),
  extension('153', { supervises: ['.'] }), extension('154', { forwardAlways: '*33102', supervises: ['.'] }),
]
const snapshot = {
  ...nothing,
  extension: (id: string) => people.find((one) => one.id === id),
  extensionByNumber: (_tenant: string, number: string) => people.find((one) => one.number === number),
  ringGroupsOf: () => [{ number: '600', members: [{ extensionId: 'id-101', number: null, delaySeconds: 0 }] }],
} as unknown as DirectorySnapshot

const outcome = (by: string, dialled: string, inbound = false): string => {
  const caller = { extensionId: inbound ? '' : `id-${by}`, deviceId: 'd', number: by, name: null }
  const [step] = decide({ tenantId: 't', caller, dialled }, snapshot, { ringSeconds: 30, at: 0 }).steps
  return step?.kind === 'supervise' ? `hears ${step.extensionId}` : step?.kind === 'announcement' || step?.kind === 'refuse' ? step.refusal : step!.kind
}

const cases: [by: string, dialled: string, outcome: string][] = [
  ['101', '*33102', 'supervise-forbidden'],
  ['150', '*33102', 'hears id-102'],
  ['150', '*33101', 'supervise-forbidden'],
  ['151', '*33203', 'hears id-203'],
  ['151', '*33102', 'supervise-forbidden'],
  // A member of a ring group that it supervises.
  ['152', '*33101', 'hears id-101'],
  ['152', '*33102', 'supervise-forbidden'],
  ['153', '*33101', 'hears id-101'],
  ['153', '*33153', 'supervise-forbidden'],
  ['153', '*33999', 'unknown-number'],
  ['153', '*33', 'feature-argument'],
]
for (const [by, dialled, expected] of cases) test(`${by} dials ${dialled}: ${expected}`, () => assert.equal(outcome(by, dialled), expected))

test('nobody from outside listens, and no forward leads there', () => {
  assert.equal(outcome('153', '*33101', true), 'supervise-forbidden')
  assert.notEqual(outcome('101', '154'), 'hears id-102')
})
