import type { DeviceActor } from '../../config/actor.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import type { Leg } from '../calls/leg.ts'
import { terminate, type TerminationReason } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SuperviseStep } from '../routing/others-steps.ts'
import { answerAndTalk, canTalk } from '../voicemail/talk.ts'
import { listen, supervisionAudit } from './listen.ts'
import type { StepOutcome } from './outcome.ts'

/** Whoever dialled the code hears the call that the extension is in; that they may was decided before. */
export async function superviseByCode(world: CallWorld, own: Call, { extensionId }: SuperviseStep): Promise<StepOutcome> {
  if (!world.media.capabilities.supervise || !canTalk(world, own)) return { kind: 'next', verdict: terminate('feature-refused', 'system', null, 'The media engine in use lets nobody listen to a call.') }
  // Whoever only listens is not recorded.
  own.recordingTried = true
  const talk = await answerAndTalk(world, own)
  if (!talk) return { kind: 'done' }
  const refuse = async (prompt: string, reason: TerminationReason, why: string): Promise<StepOutcome> => {
    await talk.say(prompt)
    return { kind: 'next', verdict: terminate(reason, 'system', null, why) }
  }
  const { caller } = own.request
  const found = callOf(world, own, extensionId)
  if (!found) return refuse('supervise-no-call', 'nothing-to-hear', 'The extension is in no call with somebody else that could be listened to.')
  const actor: DeviceActor = { kind: 'device', tenantId: own.tenantId, id: caller.deviceId, name: `Phone of ${caller.number}`, permissions: new Set() }
  const watch = { ...found, own, ear: own.caller, mode: 'listen' as const, actor, supervisor: caller.number }
  try {
    await world.audit(actor, supervisionAudit(watch, 'listen'))
    if (own.over) return { kind: 'done' }
    await listen(world, watch)
    return { kind: 'done' }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (own.over) return { kind: 'done' }
    if (found.call.over) {
      hangUp(world, own, terminate('supervision-ended', 'system'))
      return { kind: 'done' }
    }
    return refuse('feature-refused', 'feature-refused', `The call could not be listened to: ${messageOf(error)}.`)
  }
}

/** The call in which the extension talks to somebody: rather one that is not on hold, and the one that it answered last. */
function callOf(world: CallWorld, own: Call, extensionId: string): { call: Call; supervised: Leg } | undefined {
  const by = own.request.caller.extensionId
  const found = world.registry.list(own.tenantId).flatMap((call) => {
    const sides = [call.caller, call.callee]
    const supervised = sides.find((leg) => leg?.origin.extensionId === extensionId)
    const talking = call !== own && !call.over && call.state === 'answered' && sides.every((leg) => leg?.endpoint && !leg.over && leg.origin.extensionId !== by)
    return talking && supervised ? [{ call, supervised }] : []
  })
  const held = ({ supervised }: { supervised: Leg }): number => (supervised.state === 'held' ? 1 : 0)
  return found.toSorted((a, b) => held(a) - held(b) || (b.call.answeredAt ?? 0) - (a.call.answeredAt ?? 0))[0]
}
