import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotConference, SnapshotExtension, SnapshotRingGroup } from '../../../pbx/directory/types.ts'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { normaliseDialled } from '../../../pbx/routing/number-format.ts'
import { forwardedTo, wrongForwards } from '../../../pbx/routing/handling.ts'
import { explainSteps } from '../../../pbx/routing/plan.ts'
import { nothing } from './nothing-else.ts'

const extension = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  id: `id-${number}`, tenantId: 't', number, name: `Name ${number}`, ringSeconds: null, maxContacts: 10, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling, ...over,
})
const all = [extension('101'), extension('102', { ringSeconds: 12 }), extension('103', { enabled: false }), extension('911')]
const room = (number: string, enabled: boolean): SnapshotConference => ({
  id: `id-${number}`, tenantId: 't', number, name: 'Monday', pin: null, moderatorPin: null, waitForModerator: false, endWithModerator: false, maxParties: 50,
  announce: 'tones', mutedEntry: false, record: false, enabled,
})
const rooms = [room('600', true), room('601', false)]
const snapshot = {
  ...nothing,
  extension: (id: string) => all.find((each) => each.id === id),
  extensionByNumber: (tenantId: string, number: string) => (tenantId === 't' ? all.find((each) => each.number === number) : undefined),
  conferenceByNumber: (tenantId: string, number: string) => (tenantId === 't' ? rooms.find((each) => each.number === number) : undefined),
} as unknown as DirectorySnapshot
const call = (dialled: string, tenantId = 't') =>
  decide({ tenantId, caller: { extensionId: 'id-101', deviceId: 'd', number: '101', name: null }, dialled }, snapshot, { ringSeconds: 30, at: 0 })

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

const handled = [
  extension('201', { forwardAlways: '202' }),
  extension('202', { forwardBusy: '203', forwardNoAnswer: '204', forwardUnreachable: '600' }),
  extension('203', { doNotDisturb: true, vipNumbers: ['101'] }),
  extension('204', { forwardNoAnswer: '202', callLimit: 2 }),
  extension('205', { forwardAlways: '206' }),
  extension('206', { forwardAlways: '205' }),
  extension('207', { doNotDisturb: true, forwardBusy: '204' }),
  extension('208', { forwardAlways: '911' }),
  ...Array.from({ length: 8 }, (_, index) => extension(String(301 + index), { forwardAlways: String(302 + index) })),
  extension('309'),
]
const groups: SnapshotRingGroup[] = [{
  id: 'id-650', tenantId: 't', number: '650', name: 'Sales', strategy: 'all', members: [{ extensionId: 'id-203', delaySeconds: 0, number: null, ringSeconds: null, confirm: false }, { extensionId: 'id-204', delaySeconds: 5, number: null, ringSeconds: null, confirm: false }, { extensionId: 'gone', delaySeconds: 0, number: null, ringSeconds: null, confirm: false }],
  ringSeconds: 20, memberSeconds: 10, rounds: null, skipBusy: true, namePrefix: '', alertInfo: '', noAnswer: '202', missedCallMail: [], greeting: '', recordingSeconds: null, music: false, nextMember: 0, enabled: true,
}]
const handling = {
  ...nothing,
  extension: (id: string) => handled.find((each) => each.id === id),
  extensionsOf: () => handled,
  ringGroupsOf: () => groups,
  ringGroupByNumber: (_: string, number: string) => groups.find((each) => each.number === number),
  extensionByNumber: (_: string, number: string) => handled.find((each) => each.number === number),
  conferenceByNumber: snapshot.conferenceByNumber,
} as unknown as DirectorySnapshot
const callOf = (from: string, dialled: string) =>
  decide({ tenantId: 't', caller: { extensionId: `id-${from}`, deviceId: 'd', number: from, name: null }, dialled }, handling, { ringSeconds: 30, at: 0 })
const stepsOf = (from: string, dialled: string): string[] => explainSteps(callOf(from, dialled).steps).map((each) => `${'>'.repeat(each.depth)}${each.reason}`)

test('a forward of all calls goes on as a call to the other number, which is told who sent it', () => {
  const [first] = callOf('101', '201').steps
  assert.ok(first?.kind === 'extension')
  assert.equal(first.extensionId, 'id-202')
  assert.deepEqual(first.diverted, [{ number: '201', why: 'unconditional' }])
  assert.match(first.reason, /201 \(Name 201\) forwards all calls to 202/)
})

test('busy, no answer and unreachable each lead somewhere of their own, explained in order', () => {
  const steps = explainSteps(callOf('101', '202').steps)
  assert.deepEqual(steps.map(({ when }) => when?.split(':')[0] ?? null), [null, 'When busy', 'When nobody answers', 'When no phone is reachable'])
  assert.equal(steps[1]?.extensionId, 'id-203', 'the caller is one of those who may disturb')
  assert.match(steps[1]?.reason ?? '', /except by 101/)
  assert.deepEqual(steps.map(({ depth }) => depth), [0, 1, 1, 1], 'who was rung on the way is not rung again')
  assert.match(explainSteps(callOf('102', '202').steps)[1]?.reason ?? '', /does not want to be disturbed/)
})

test('forwards that only point at each other end at once, with the way in words', () => {
  const [step] = callOf('101', '205').steps
  assert.equal(step?.kind === 'refuse' && step.refusal, 'forward-loop')
  assert.match(step?.reason ?? '', /205 to 206 to 205/)
  assert.match(stepsOf('101', '301').join(), /More than 5 forwards/)
})

test('nobody is sent to the emergency services by a forward', () => {
  assert.match(stepsOf('101', '208').join(), /no forward may lead to the emergency services/)
})

test('do not disturb is busy, or where busy calls go; the own phones are reached all the same', () => {
  const [refused] = callOf('102', '203').steps
  assert.equal(refused?.kind === 'refuse' && refused.refusal, 'do-not-disturb')
  const [sent] = callOf('102', '207').steps
  assert.ok(sent?.kind === 'extension')
  assert.deepEqual([sent.extensionId, sent.busyAt, sent.diverted[0]?.why], ['id-204', 2, 'do-not-disturb'])
  assert.equal(callOf('203', '203').steps[0]?.kind, 'extension')
})

test('feature codes take the number behind them', () => {
  const [step] = callOf('101', '*72 202').steps
  assert.deepEqual(step?.kind === 'feature' && [step.action, step.argument], ['forward-always-on', '202'])
  const [bare] = callOf('101', '*72').steps
  assert.equal(bare?.kind === 'refuse' && bare.refusal, 'feature-argument')
  assert.equal(callOf('101', '*78').steps[0]?.kind, 'feature')
  assert.equal(callOf('101', '*781').steps[0]?.kind, 'announcement')
})

test('what would lead nowhere is found before it is saved', () => {
  const wrong = (number: string, change: Parameters<typeof wrongForwards>[2]): string[] => wrongForwards(handling, handling.extensionByNumber('t', number)!, change).map(({ field, message }) => `${field}: ${message}`)
  assert.deepEqual(wrong('204', { forwardBusy: '203', forwardAlways: null }), [])
  assert.match(wrong('204', { forwardBusy: '777' }).join(), /forwardBusy: This leads nowhere\. .*777/)
  assert.match(wrong('204', { forwardBusy: '204' }).join(), /itself/)
  assert.match(wrong('204', { forwardAlways: '601' }).join(), /switched off/)
  assert.match(wrong('202', { forwardAlways: '201' }).join(), /forwardAlways: .*20[12] to 20[12] to 20[12]/)
  assert.match(wrong('204', { forwardNoAnswer: '*72202' }).join(), /feature code/)
  assert.deepEqual(forwardedTo(handling, 't', '204').map(({ number }) => number), ['202', '207'])
})

test('a ring group rings its members whatever they forward, and goes on where it says itself', () => {
  const [step] = callOf('102', '650').steps
  assert.ok(step?.kind === 'ring-group')
  assert.deepEqual(step.members, [{ extensionId: 'id-204', delaySeconds: 5, busyAt: 2 }], 'without who is not to be disturbed, and who is no more')
  assert.match(step.reason, /Sales: 204; 203 does not want to be disturbed/)
  const branch = step.otherwise['no-answer']
  assert.match(branch?.reason ?? '', /650 \(Sales\) forwards calls that nobody answers to 202/)
  assert.equal(branch?.steps[0]?.kind, 'extension')
  assert.equal(callOf('101', '650').steps[0]?.kind === 'ring-group' && callOf('101', '650').steps.length, 1)
  assert.deepEqual(forwardedTo(handling, 't', '202').map(({ number }) => number), ['201', '204', '650'])
})

test('follow me comes after do not disturb, forwards of all calls and the own number; who is not to be disturbed is left out', () => {
  const to = (target: string) => ({ target, delaySeconds: 3, ringSeconds: 20, confirm: true })
  const followed = (over: Partial<SnapshotExtension>, caller = '101') => {
    const people = [extension('101'), extension('301', { followMe: true, followMeTo: [to('302'), to('303'), to('304')], ...over }), extension('302'), extension('303', { doNotDisturb: true }), extension('304', { enabled: false })]
    const there = { ...nothing, extension: (id: string) => people.find((each) => each.id === id), extensionByNumber: (_: string, number: string) => people.find((each) => each.number === number) } as unknown as DirectorySnapshot
    return decide({ tenantId: 't', caller: { extensionId: `id-${caller}`, deviceId: 'd', number: caller, name: null }, dialled: '301' }, there, { ringSeconds: 30, at: 0 }).steps[0]
  }
  const step = followed({})
  assert.deepEqual(step?.kind === 'extension' && step.follow, { ownPhones: true, members: [{ extensionId: 'id-302', busyAt: null, delaySeconds: 3, ringSeconds: 20 }] })
  assert.match(step?.reason ?? '', /follow me rings 302; 303 does not want to be disturbed/)
  assert.match(step ? (explainSteps([step])[0]?.step ?? '') : '', /phones and one number by follow me for up to 30 seconds/)
  const [only] = explainSteps([followed({ followMeOwnPhones: false })!])
  assert.match(only?.step ?? '', /Ring one number by follow me for up to 23 seconds/)
  assert.equal(followed({ doNotDisturb: true })?.kind, 'refuse')
  assert.match(followed({ forwardAlways: '302' })?.reason ?? '', /forwards all calls to 302/)
  for (const plain of [followed({}, '301'), followed({ followMe: false })]) assert.equal(plain?.kind === 'extension' && plain.follow, undefined)
})
