import type { DeviceActor } from '../../config/actor.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Extension, ExtensionInput } from '../door.ts'
import { answer } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { wrongForwards } from '../routing/handling.ts'
import { featureWords, type SettingAction } from '../routing/feature-actions.ts'
import type { FeatureStep } from '../routing/plan.ts'
import { stateAt } from '../routing/schedule.ts'
import type { StepOutcome } from './outcome.ts'

type Handling = Pick<Extension, 'doNotDisturb' | 'followMe'>

/** Does what a feature code says to the caller's own extension, and says that it did. */
export async function runFeature(world: CallWorld, call: Call, step: FeatureStep): Promise<StepOutcome> {
  const { extensionId, deviceId, number } = call.request.caller
  const snapshot = world.directory.snapshot()
  const extension = snapshot.extension(extensionId)
  if (!extension) return { kind: 'next', verdict: terminate('feature-refused', 'system') }
  const actor: DeviceActor = { kind: 'device', tenantId: call.tenantId, id: deviceId, name: `Phone of ${number}`, permissions: new Set() }
  if (step.action === 'schedule-override') return turnSchedule(world, call, step.argument, actor)
  const change = changeOf({ ...step, action: step.action }, extension)
  try {
    const [wrong] = wrongForwards(snapshot, extension, change)
    if (wrong) throw new Refusal('unprocessable', wrong.message)
    await world.directory.extensions.update(actor, extensionId, change)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const why = messageOf(error)
    call.log.info({ feature: step.action }, `a feature code was refused: ${why}`)
    await say(world, call, 'feature-refused')
    return { kind: 'next', verdict: terminate('feature-refused', 'system', null, why) }
  }
  await say(world, call, promptOf(step, change))
  hangUp(world, call, terminate('feature-done', 'system', null, `${featureWords[step.action]}: done.`))
  return { kind: 'done' }
}

/** Open while the clock says closed and the other way round; once more, and the clock decides again. */
async function turnSchedule(world: CallWorld, call: Call, number: string, actor: DeviceActor): Promise<StepOutcome> {
  const snapshot = world.directory.snapshot()
  const schedule = snapshot.scheduleByNumber(call.tenantId, number)
  const refuse = async (why: string): Promise<StepOutcome> => {
    await say(world, call, 'feature-refused')
    return { kind: 'next', verdict: terminate('feature-refused', 'system', null, why) }
  }
  if (!schedule?.enabled) return refuse(`There are no opening hours with the number ${number}.`)
  if (!schedule.byPhone) return refuse(`The opening hours ${number} (${schedule.name}) may not be turned from phones.`)
  const now = stateAt(schedule, Date.now(), snapshot.tenant(call.tenantId)?.timeZone ?? 'UTC')
  const override = schedule.override !== 'automatic' ? 'automatic' : now.is === 'open' ? 'closed' : 'open'
  try {
    await world.directory.schedules.update(actor, schedule.id, { override })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refuse(messageOf(error))
  }
  await say(world, call, `schedule-${override}`)
  hangUp(world, call, terminate('feature-done', 'system', null, override === 'automatic' ? `The clock decides again whether ${number} (${schedule.name}) is open.` : `${number} (${schedule.name}) is ${override} until it is turned back.`))
  return { kind: 'done' }
}

type Setting = Pick<FeatureStep, 'argument'> & { action: SettingAction }

function changeOf({ action, argument }: Setting, now: Handling): Partial<ExtensionInput> {
  switch (action) {
    case 'forward-always-on': return { forwardAlways: argument }
    case 'forward-always-off': return { forwardAlways: null }
    case 'forward-busy-on': return { forwardBusy: argument }
    case 'forward-busy-off': return { forwardBusy: null }
    case 'forward-no-answer-on': return { forwardNoAnswer: argument }
    case 'forward-no-answer-off': return { forwardNoAnswer: null }
    case 'forward-unreachable-on': return { forwardUnreachable: argument }
    case 'forward-unreachable-off': return { forwardUnreachable: null }
    case 'do-not-disturb-toggle': return { doNotDisturb: !now.doNotDisturb }
    case 'do-not-disturb-on': return { doNotDisturb: true }
    case 'do-not-disturb-off': return { doNotDisturb: false }
    case 'follow-me-toggle': return { followMe: !now.followMe }
  }
}

function promptOf({ action }: Pick<FeatureStep, 'action'>, change: Partial<ExtensionInput>): string {
  if (change.doNotDisturb !== undefined) return change.doNotDisturb ? 'do-not-disturb-on' : 'do-not-disturb-off'
  if (change.followMe !== undefined) return change.followMe ? 'follow-me-on' : 'follow-me-off'
  return action.endsWith('-on') ? 'forward-on' : 'forward-off'
}

/** Answered, so that every phone lets it be heard; what cannot be said is done all the same. */
async function say(world: CallWorld, call: Call, prompt: string): Promise<void> {
  await call.mailbox.run(() => answer(world, call))
  await call.accepting
  const { endpoint } = call.caller
  if (call.over || !endpoint || !world.media.capabilities.play) return
  try {
    await endpoint.play({ kind: 'prompt', name: prompt, tenantId: call.tenantId }, { signal: call.signal })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    call.log.warn({ prompt }, `a prompt was not played: ${messageOf(error)}`)
  }
}
