import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Step } from '../routing/plan.ts'
import { playAnnouncement } from './announcement.ts'
import { joinConference } from './conference.ts'
import { ringExtension } from './extension.ts'
import type { StepOutcome } from './outcome.ts'

/** Carries the plan out, one step after the other. */
export async function runPlan(world: CallWorld, call: Call): Promise<void> {
  let verdict = terminate('unknown-number', 'system', 404)
  for (const step of call.plan?.steps ?? []) {
    if (call.over) return
    const outcome = await runStep(world, call, step)
    if (outcome.kind === 'done') return
    verdict = outcome.verdict
  }
  if (call.over) return
  if (call.turnBack) await call.turnBack(verdict)
  else hangUp(world, call, verdict)
}

function runStep(world: CallWorld, call: Call, step: Step): Promise<StepOutcome> {
  switch (step.kind) {
    case 'extension':
      return ringExtension(world, call, step)
    case 'conference':
      return joinConference(world, call, step)
    case 'announcement':
      return playAnnouncement(world, call, step)
    case 'refuse':
      return Promise.resolve({ kind: 'next', verdict: terminate(step.refusal, 'system', null, `${step.reason}.`) })
  }
}
