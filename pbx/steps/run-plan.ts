import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Step, Unanswered } from '../routing/plan.ts'
import type { Sought, Termination } from '../events/catalogue.ts'
import { runApplication } from './application.ts'
import { attend } from './attendant.ts'
import { playAnnouncement } from './announcement.ts'
import { tellLocation } from './location-test.ts'
import { serveCompletion } from './complete.ts'
import { serveLastCaller } from './last-caller.ts'
import { redial } from './redial.ts'
import { tellTime } from './clock.ts'
import { serveDesk } from './desk.ts'
import { serveTest } from './test-number.ts'
import { holdCaller } from './hold-caller.ts'
import { page } from './page.ts'
import { park } from './park.ts'
import { lookUpName } from './directory.ts'
import { joinConference } from './conference.ts'
import { runFeature } from './feature.ts'
import { ringExtension } from './extension.ts'
import { ringGroup } from './ring-group.ts'
import { callOutside } from './outside.ts'
import type { StepOutcome } from './outcome.ts'
import { superviseByCode } from './supervise-by-code.ts'
import { goToVoicemail } from './voicemail.ts'
import { serveWakeUps } from './wake-up.ts'

/** Carries the plan out, one step after the other. */
export async function runPlan(world: CallWorld, call: Call): Promise<void> {
  const verdict = await runSteps(world, call, call.plan?.steps ?? [], terminate('unknown-number', 'system', 404))
  if (!verdict || call.over) return
  if (call.turnBack) await call.turnBack(verdict)
  else hangUp(world, call, verdict)
}

/**
 * What ends the call when no step of these helped; undefined when one did.
 *
 * @param behind what follows these
 */
async function runSteps(world: CallWorld, call: Call, steps: readonly Step[], before: Termination, behind: readonly Step[] = []): Promise<Termination | undefined> {
  let verdict = before
  for (const [at, step] of steps.entries()) {
    const rest = [...steps.slice(at + 1), ...behind]
    if (call.over) return undefined
    if (step.kind === 'schedule') continue
    const sought = soughtBy(step)
    if (sought) call.sought.push(sought)
    const outcome = await runStep(world, call, step, verdict, rest)
    if (sought) sought.until = Date.now()
    if (outcome.kind === 'done') return undefined
    verdict = outcome.verdict
    if (outcome.kind === 'sent-on') return runSteps(world, call, outcome.branch.steps, verdict, rest)
    const unanswered = UNANSWERED[verdict.reason]
    const branch = (step.kind === 'extension' || step.kind === 'ring-group') && unanswered !== undefined ? step.otherwise[unanswered] : undefined
    if (!branch) continue
    const end = await runSteps(world, call, branch.steps, verdict, rest)
    if (!end) return undefined
    verdict = end
  }
  return verdict
}

function soughtBy(step: Step): Sought | undefined {
  const now = { at: Date.now(), until: null }
  switch (step.kind) {
    case 'extension': return { type: 'extension', id: step.extensionId, ...now }
    case 'ring-group': return { type: 'ring-group', id: step.ringGroupId, ...now }
    case 'voicemail': return step.what === 'leave' && step.extensionId !== null ? { type: 'mailbox', id: step.extensionId, ...now } : undefined
    default: return undefined
  }
}

/** The case of a plan that each end of a ringing is. Whoever declines is busy for this caller. */
const UNANSWERED: Readonly<Record<string, Unanswered>> = {
  'busy': 'busy', 'declined': 'busy', 'no-answer': 'no-answer', 'not-introduced': 'no-answer', 'not-registered': 'unreachable', 'not-reachable': 'unreachable',
  // Those outside who were to be rung too.
  'no-trunk': 'unreachable', 'outside-forbidden': 'unreachable', 'outside-limit': 'unreachable',
}

function runStep(world: CallWorld, call: Call, step: Exclude<Step, { kind: 'schedule' }>, last: Termination, rest: readonly Step[]): Promise<StepOutcome> {
  switch (step.kind) {
    case 'extension':
      return ringExtension(world, call, step, rest)
    case 'conference':
      return joinConference(world, call, step)
    case 'ring-group':
      return ringGroup(world, call, step)
    case 'outside':
      return callOutside(world, call, step)
    case 'feature':
      return runFeature(world, call, step)
    case 'voicemail':
      return goToVoicemail(world, call, step)
    case 'attendant':
      return attend(world, call, step)
    case 'application':
      return runApplication(world, call, step, last)
    case 'directory':
      return lookUpName(world, call, step)
    case 'park':
      return park(world, call, step)
    case 'completion':
      return serveCompletion(world, call, step)
    case 'last-caller':
      return serveLastCaller(world, call, step)
    case 'redial':
      return redial(world, call)
    case 'wake-up':
      return serveWakeUps(world, call, step)
    case 'clock':
      return tellTime(world, call, step)
    case 'desk':
      return serveDesk(world, call, step)
    case 'test-number':
      return serveTest(world, call, step)
    case 'hold':
      return holdCaller(world, call, step)
    case 'page':
      return page(world, call, step)
    case 'pick-up':
      return Promise.resolve({ kind: 'next', verdict: terminate('nothing-rings', 'system', null, `${step.reason}, and none does that this phone may pick up.`) })
    case 'supervise':
      return superviseByCode(world, call, step)
    case 'location-test':
      return tellLocation(world, call, step)
    case 'announcement':
      return playAnnouncement(world, call, step)
    case 'refuse':
      return Promise.resolve({ kind: 'next', verdict: terminate(step.refusal, 'system', null, `${step.reason}.`) })
  }
}
