import type { SnapshotApplication } from '../directory/types.ts'
import type { RefuseStep } from './plan.ts'

/** Ask a program of the tenant's what to do with the call, and do that. */
export interface ApplicationStep {
  kind: 'application'
  applicationId: string
  /** It had the call put through before, and nobody took it: to whom, and how often it was asked by then. */
  after?: { to: string; rounds: number }
  reason: string
}

export function toApplication({ id, number, name, enabled }: SnapshotApplication): ApplicationStep | RefuseStep {
  return enabled
    ? { kind: 'application', applicationId: id, reason: `${number} is the application ${name}` }
    : { kind: 'refuse', refusal: 'application-disabled', reason: `The application ${number} (${name}) is switched off` }
}
