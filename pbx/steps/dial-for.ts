import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import type { Talk } from '../voicemail/talk.ts'
import { decideNow } from './decide-now.ts'
import type { StepOutcome } from './outcome.ts'

/**
 * The caller goes on as if the phone had dialled a number, with its rights and limits; never to the emergency services.
 *
 * @param ways what may be dialled for it: the first that leads somewhere counts
 * @param why in a sentence without its end, for the trace
 */
export async function dialFor(world: CallWorld, call: Call, talk: Talk, own: SnapshotExtension, ways: readonly string[], why: string): Promise<StepOutcome> {
  let refused = `${ways[0] ?? 'The number'} cannot be called`
  for (const dialled of ways) {
    const first = decideNow(world, { tenantId: call.tenantId, caller: call.request.caller, dialled }).steps.find(({ kind }) => kind !== 'schedule')
    if (!first || (first.kind === 'outside' && first.emergency)) continue
    if (first.kind === 'announcement' || first.kind === 'refuse') {
      refused = first.reason
      continue
    }
    await world.goOn(call, dialled, { extensionId: own.id, number: own.number }, why)
    return { kind: 'done' }
  }
  return refuseWith(talk, 'not-allowed', `${refused}.`)
}

/** Says so, and ends the call with the reason. */
export async function refuseWith(talk: Talk, prompt: string, why: string): Promise<StepOutcome> {
  await talk.say(prompt)
  return { kind: 'next', verdict: terminate('feature-refused', 'system', null, why) }
}
