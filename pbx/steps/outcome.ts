import type { Termination } from '../events/catalogue.ts'

/**
 * What became of a step: the call is connected or over and nothing more is to do, or the step
 * led nowhere and the next one is tried; when none is left, `verdict` ends the call.
 */
export type StepOutcome = { kind: 'done' } | { kind: 'next'; verdict: Termination }
