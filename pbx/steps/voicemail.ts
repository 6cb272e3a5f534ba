import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { VoicemailStep } from '../routing/plan.ts'
import type { StepOutcome } from './outcome.ts'

/** Hands the call to the mailbox, which ends it. */
export async function goToVoicemail(world: CallWorld, call: Call, step: VoicemailStep): Promise<StepOutcome> {
  return (await world.voicemail(call, step)) ? { kind: 'done' } : { kind: 'next', verdict: terminate('no-voicemail', 'system') }
}
