import type { Termination } from '../events/catalogue.ts'
import type { Branch } from '../routing/plan.ts'

/**
 * What became of a step: the call is connected or over and nothing more is to do, or the step
 * led nowhere and the next one is tried; when none is left, `verdict` ends the call.
 */
export type StepOutcome =
  | { kind: 'done' }
  | { kind: 'next'; verdict: Termination }
  /** The phone that was rung sends the call on: these steps instead; `verdict` when none of them helps. */
  | { kind: 'sent-on'; branch: Branch; verdict: Termination }
