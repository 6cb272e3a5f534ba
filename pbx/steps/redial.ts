/** *870: the number that the own extension called last is called again. */
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { codeFor } from '../routing/feature-codes.ts'
import { answerAndTalk, canTalk } from '../voicemail/talk.ts'
import { speak, spokenNumber } from '../voicemail/world.ts'
import { dialFor, refuseWith } from './dial-for.ts'
import type { StepOutcome } from './outcome.ts'

/** Says the number and goes on to it. Whoever showed no number shows none again. */
export async function redial(world: CallWorld, call: Call): Promise<StepOutcome> {
  const snapshot = world.directory.snapshot()
  const own = snapshot.extension(call.request.caller.extensionId)
  if (!own || !canTalk(world, call)) return { kind: 'next', verdict: terminate('feature-refused', 'system', null, 'Nothing can be said now: the media engine cannot play and hear keys.') }
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  let last: Awaited<ReturnType<CallWorld['lastDialled']>>
  try {
    last = await world.lastDialled(call.tenantId, own.id)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refuseWith(talk, 'try-again', `What was called last is not known now: ${messageOf(error)}`)
  }
  if (!last) return refuseWith(talk, 'redial-none', `${own.number} has called no number lately.`)
  const hide = last.withheld ? codeFor(snapshot.changedCodesOf(call.tenantId), 'withhold-number') : ''
  if (hide === undefined) return refuseWith(talk, 'feature-refused', `${last.number} was called without showing a number, and the code for that is switched off.`)
  await talk.say('redial-calling', speak(spokenNumber(last.number.replace('+', ''))))
  if (call.over) return { kind: 'done' }
  return dialFor(world, call, talk, own, [hide + last.number], `${own.number} calls ${last.number} again, which it called last`)
}
