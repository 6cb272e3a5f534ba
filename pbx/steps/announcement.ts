import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { AnnouncementStep } from '../routing/plan.ts'
import { playEarly } from './early.ts'
import type { StepOutcome } from './outcome.ts'

/** Tells the caller why the call goes nowhere, and then refuses. Where nothing can be played the refusal alone must do. */
export async function playAnnouncement(world: CallWorld, call: Call, step: AnnouncementStep): Promise<StepOutcome> {
  await playEarly(world, call, { kind: 'prompt', name: step.prompt, tenantId: call.tenantId })
  return call.over ? { kind: 'done' } : { kind: 'next', verdict: terminate(step.refusal, 'system', null, `${step.reason}.`) }
}
