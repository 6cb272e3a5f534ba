/** Codes about the calls that an extension had: whoever called it last, and whom it called. Pure, like all of routing. */
import { isFromOutside } from './paging.ts'
import type { CompletionAction, FeatureAction, LastCallerAction } from './feature-actions.ts'
import type { CompletionStep, LastCallerStep, RedialStep } from './own-steps.ts'
import type { Step } from './plan.ts'
import type { CallRequest } from './request.ts'

const STEPS: Readonly<Record<LastCallerAction | CompletionAction, Omit<LastCallerStep, 'reason'> | Omit<RedialStep, 'reason'> | Omit<CompletionStep, 'reason'>>> = {
  'call-last-caller': { kind: 'last-caller', what: 'call' },
  'block-last-caller': { kind: 'last-caller', what: 'block' },
  'block-last-caller-own': { kind: 'last-caller', what: 'block-own' },
  'redial': { kind: 'redial' },
  'complete-call': { kind: 'completion', what: 'ask' },
  'complete-call-cancel': { kind: 'completion', what: 'cancel' },
}

/** Whether a code is one of these. */
export function isOfOwnCalls(action: FeatureAction): action is LastCallerAction | CompletionAction {
  return action in STEPS
}

/** What such a code does; nobody from outside has calls here. */
export function ofOwnCalls(code: string, action: LastCallerAction | CompletionAction, request: CallRequest): Step {
  if (isFromOutside(request)) return { kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number', reason: `${code} is for phones of the house` }
  return { ...STEPS[action], reason: `${code} asks about the last call` } as Step
}
