import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotConference, SnapshotExtension } from '../../../pbx/directory/types.ts'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { normaliseDialled } from '../../../pbx/routing/number-format.ts'

const extension = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  id: `id-${number}`, tenantId: 't', number, name: `Name ${number}`, ringSeconds: null, maxContacts: 10, enabled: true, recordCalls: false, encryption: null, ...plainHandling, ...over,
})
const all = [extension('101'), extension('102', { ringSeconds: 12 }), extension('103', { enabled: false }), extension('911')]
const room = (number: string, enabled: boolean): SnapshotConference => ({
  id: `id-${number}`, tenantId: 't', number, name: 'Monday', pin: null, moderatorPin: null, waitForModerator: false, endWithModerator: false, maxParties: 50,
  announce: 'tones', mutedEntry: false, record: false, enabled,
})
const rooms = [room('600', true), room('601', false)]
const snapshot = {
  extensionByNumber: (tenantId: string, number: string) => (tenantId === 't' ? all.find((each) => each.number === number) : undefined),
  conferenceByNumber: (tenantId: string, number: string) => (tenantId === 't' ? rooms.find((each) => each.number === number) : undefined),
} as DirectorySnapshot
const call = (dialled: string, tenantId = 't') =>
  decide({ tenantId, caller: { extensionId: 'id-101', deviceId: 'd', number: '101', name: null }, dialled }, snapshot, { ringSeconds: 30 })

test('an extension rings for its own time, else for the time of the house', () => {
  const [first] = call('102').steps
  assert.deepEqual(first?.kind === 'extension' && [first.extensionId, first.ringSeconds], ['id-102', 12])
  const [own] = call('101').steps
  assert.equal(own?.kind === 'extension' && own.ringSeconds, 30)
  assert.match(own?.reason ?? '', /own extension/)
})

test('what only helps the eye does not matter', () => {
  assert.equal(normaliseDialled(' 1-0 (2).'), '102')
  assert.equal(call('1 0-2').extensionId, 'id-102')
})

test('an unknown number is announced and refused, and says why', () => {
  const plan = call('777')
  const [step] = plan.steps
  assert.equal(step?.kind === 'announcement' && step.prompt, 'not-in-service')
  assert.match(step?.reason ?? '', /777/)
})

test('the number of a conference room leads into it, unless it is switched off', () => {
  const [step] = call('600').steps
  assert.equal(step?.kind === 'conference' && step.conferenceId, 'id-600')
  assert.equal(call('600').name, 'Monday')
  const [refused] = call('601').steps
  assert.equal(refused?.kind === 'refuse' && refused.refusal, 'conference-disabled')
})

test('a disabled extension is refused', () => {
  assert.equal(call('103').steps[0]?.kind, 'refuse')
})

test('an extension of another tenant does not exist', () => {
  assert.equal(call('102', 'other').steps[0]?.kind, 'announcement')
})

test('a call for help is recognised before every other rule, even an extension of that number', () => {
  for (const number of ['911', '9911', '112']) {
    const [step] = call(number).steps
    assert.equal(step?.kind === 'announcement' && step.refusal, 'no-emergency-line', number)
  }
})
