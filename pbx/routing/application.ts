import type { SnapshotApplication } from '../directory/types.ts'
import type { ApplicationStep } from './application-step.ts'
import type { RefuseStep } from './plan.ts'

export function toApplication({ id, number, name, enabled }: SnapshotApplication): ApplicationStep | RefuseStep {
  return enabled
    ? { kind: 'application', applicationId: id, reason: `${number} is the application ${name}` }
    : { kind: 'refuse', refusal: 'application-disabled', reason: `The application ${number} (${name}) is switched off` }
}
