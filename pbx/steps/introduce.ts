import { shownAs } from '../calls/hidden.ts'
import type { Leg } from '../calls/leg.ts'
import type { CallWorld } from '../calls/world.ts'

/** Each phone is told who is at its other end now. */
export function introduce(world: CallWorld, one: Leg, other: Leg): void {
  const tenant = world.directory.snapshot().extension(one.origin.extensionId ?? '')?.tenantId ?? ''
  const domain = world.directory.snapshot().tenant(tenant)?.domains[0] ?? 'localhost'
  // Who withholds the number is not told of: the phone keeps what it shows.
  if (other.origin.hidden !== true) one.dialog?.identify({ ...shownAs(other), domain })
  if (one.origin.hidden !== true) other.dialog?.identify({ ...shownAs(one), domain })
}

/** `101 (Anna)`, for people. */
export function nameOf({ origin }: Leg): string {
  return origin.name === null ? origin.number : `${origin.number} (${origin.name})`
}
