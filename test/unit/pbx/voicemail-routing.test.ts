/** When a call leads to a mailbox, and to whose. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import type { DirectorySnapshot, SnapshotExtension } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { forwardedTo, wrongForwards } from '../../../pbx/routing/handling.ts'
import { explainSteps, type Plan } from '../../../pbx/routing/plan.ts'
import { nothing } from './nothing-else.ts'

const extension = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  id: `id-${number}`, tenantId: 't', number, name: `Name ${number}`, ringSeconds: null, maxContacts: 10, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling, voicemail: true, ...over,
})
const all = [
  extension('201'), extension('202', { forwardNoAnswer: '203' }), extension('203', { voicemail: false }), extension('204', { doNotDisturb: true }),
  extension('205', { forwardAlways: '*99201' }), extension('206', { enabled: false }),
]
const snapshot = {
  ...nothing,
  extension: (id: string) => all.find((each) => each.id === id),
  extensionsOf: () => all,
  extensionByNumber: (tenantId: string, number: string) => (tenantId === 't' ? all.find((each) => each.number === number) : undefined),
} as unknown as DirectorySnapshot
const call = (from: string, dialled: string, tenantId = 't'): Plan =>
  decide({ tenantId, caller: { extensionId: `id-${from}`, deviceId: 'd', number: from, name: null }, dialled }, snapshot, { ringSeconds: 30, at: 0 })

test('busy, unanswered and unreachable lead to the mailbox, where no forward of its own says otherwise', () => {
  const [step] = call('203', '201').steps
  assert.ok(step?.kind === 'extension')
  const greetings = (['busy', 'no-answer', 'unreachable'] as const).map((why) => {
    const next = step.otherwise[why]?.steps[0]
    return next?.kind === 'voicemail' && [next.what, next.extensionId, next.greeting]
  })
  assert.deepEqual(greetings, [['leave', 'id-201', 'busy'], ['leave', 'id-201', 'unavailable'], ['leave', 'id-201', 'unavailable']])
  assert.match(explainSteps(call('203', '201').steps)[1]?.when ?? '', /When busy: 201 \(Name 201\) has a mailbox/)
  const [forwarding] = call('201', '202').steps
  assert.equal(forwarding?.kind === 'extension' && forwarding.otherwise['no-answer']?.steps[0]?.kind, 'extension')
  const [without] = call('201', '203').steps
  assert.deepEqual(without?.kind === 'extension' && without.otherwise, {})
})

test('do not disturb leads there at once, with the busy greeting', () => {
  const [step] = call('201', '204').steps
  assert.deepEqual(step?.kind === 'voicemail' && [step.what, step.extensionId, step.greeting], ['leave', 'id-204', 'busy'])
})

test('the codes lead to the own mailbox, to any, and to leaving a message', () => {
  const steps = ['*97', '*98', '*99204'].map((code) => call('201', code).steps[0])
  assert.deepEqual(steps.map((step) => step?.kind === 'voicemail' && [step.what, step.extensionId]), [['listen', 'id-201'], ['listen', null], ['leave', 'id-204']])
})

test('where there is no mailbox the caller is told, in other tenants too', () => {
  for (const [from, code] of [['203', '*97'], ['201', '*99203'], ['201', '*99206'], ['201', '*99777']] as const) {
    const [step] = call(from, code).steps
    assert.deepEqual(step?.kind === 'announcement' && [step.prompt, step.refusal], ['voicemail-none', 'no-mailbox'], code)
  }
  const [other] = call('201', '*99201', 'other').steps
  assert.equal(other?.kind, 'announcement')
  const [bare] = call('201', '*99').steps
  assert.equal(bare?.kind === 'refuse' && bare.refusal, 'feature-argument')
})

test('a forward may end in a mailbox, which then is in use; it may not end where messages are heard', () => {
  const [step] = call('202', '205').steps
  assert.deepEqual(step?.kind === 'voicemail' && step.extensionId, 'id-201')
  assert.match(step?.reason ?? '', /205 \(Name 205\) forwards all calls to \*99201/)
  assert.deepEqual(forwardedTo(snapshot, 't', '201').map(({ number }) => number), ['205'])
  const wrong = (target: string): string => wrongForwards(snapshot, all[0]!, { forwardBusy: target }).map(({ message }) => message).join()
  assert.equal(wrong('*99204'), '')
  assert.match(wrong('*98'), /feature code/)
  assert.match(wrong('*99203'), /leads nowhere.*no mailbox/)
})
