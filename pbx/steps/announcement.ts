import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { AnnouncementStep } from '../routing/plan.ts'
import type { StepOutcome } from './outcome.ts'

/**
 * Tells the caller why the call goes nowhere, as early media (183) so that it is never charged
 * as answered, and then refuses. Where nothing can be played the refusal alone must do.
 */
export async function playAnnouncement(world: CallWorld, call: Call, step: AnnouncementStep): Promise<StepOutcome> {
  const verdict = terminate(step.refusal, 'system', null, `${step.reason}.`)
  const { endpoint } = call.caller
  // Without the caller's offer there is no address to play to before it answers ours.
  if (!world.media.capabilities.play || !endpoint?.codec) return { kind: 'next', verdict }
  await call.mailbox.run(() => {
    if (call.over) return
    call.caller.step('media')
    call.invite.progress(183, { sdp: endpoint.localSdp })
    call.step('media')
  })
  try {
    await endpoint.play({ kind: 'prompt', name: step.prompt, tenantId: call.tenantId }, { signal: call.signal })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    call.log.warn({ prompt: step.prompt }, `announcement not played: ${messageOf(error)}`)
  }
  return call.over ? { kind: 'done' } : { kind: 'next', verdict }
}
