import type { Leg } from '../calls/leg.ts'
import type { CallWorld } from '../calls/world.ts'

/** Each phone is told who is at its other end now. */
export function introduce(world: CallWorld, one: Leg, other: Leg): void {
  const tenant = world.directory.snapshot().extension(one.origin.extensionId ?? '')?.tenantId ?? ''
  const domain = world.directory.snapshot().tenant(tenant)?.domains[0] ?? 'localhost'
  one.dialog?.identify({ number: other.origin.number, name: other.origin.name, domain })
  other.dialog?.identify({ number: one.origin.number, name: one.origin.name, domain })
}

/** `101 (Anna)`, for people. */
export function nameOf({ origin }: Leg): string {
  return origin.name === null ? origin.number : `${origin.number} (${origin.name})`
}
