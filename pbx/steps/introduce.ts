import { shownAs } from '../calls/hidden.ts'
import type { Leg } from '../calls/leg.ts'
import type { CallWorld } from '../calls/world.ts'

/** Each phone is told who is at its other end now. A carrier is not: what it shows is the number that it was called with, and nothing of the house. */
export function introduce(world: CallWorld, one: Leg, other: Leg): void {
  const snapshot = world.directory.snapshot()
  const extension = snapshot.extension(one.origin.extensionId ?? other.origin.extensionId ?? '')
  const domain = snapshot.tenant(extension?.tenantId ?? '')?.domains[0] ?? 'localhost'
  for (const [told, about] of [[one, other], [other, one]] as const) {
    // Who withholds the number is not told of: the phone keeps what it shows.
    if (told.origin.trunkId === undefined && about.origin.hidden !== true) told.dialog?.identify({ ...shownAs(about), domain })
  }
}

/** `101 (Anna)`, for people. */
export function nameOf({ origin }: Leg): string {
  return origin.name === null ? origin.number : `${origin.number} (${origin.name})`
}
