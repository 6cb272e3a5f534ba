/** What trunks can carry now: which is tried before which, and whether another call fits. */
import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'

/** Somebody waits for a trunk that begins only so many calls a second, no longer than this: a caller hears nothing meanwhile. */
export const TURN_MS = 3_000

/** Those that are down, or whose calls fail, after all others: what is known of them may be old, so they are the last and not left out. */
export function byStanding<T extends { trunkId: string }>(world: Pick<CallWorld, 'trunks'>, attempts: readonly T[]): T[] {
  const doubtful = new Map(attempts.map(({ trunkId }) => [trunkId, Number(world.trunks.isDoubtful(trunkId))]))
  return attempts.toSorted((a, b) => (doubtful.get(a.trunkId) ?? 0) - (doubtful.get(b.trunkId) ?? 0))
}

/**
 * Whether the trunk takes no other ordinary call.
 *
 * @param planned calls that are about to go over it and have no leg yet
 */
export function isFull(world: Pick<CallWorld, 'directory' | 'registry'>, trunkId: string, { except, planned = 0 }: { except?: Call; planned?: number } = {}): boolean {
  const most = world.directory.snapshot().trunk(trunkId)?.maxCalls ?? null
  return most !== null && legsOver(callsOver(world, trunkId).filter((other) => other !== except), trunkId) + planned >= most
}

/** How many channels of a trunk these calls take: one that rings several people outside takes one for each. */
export function legsOver(calls: readonly Call[], trunkId: string): number {
  return calls.reduce((sum, { legs }) => sum + legs.filter((leg) => leg.origin.trunkId === trunkId && !leg.over).length, 0)
}

/** Calls that are on a trunk now. */
export function callsOver(world: Pick<CallWorld, 'registry'>, trunkId: string): Call[] {
  return world.registry.all().filter((call) => !call.over && call.legs.some((leg) => leg.origin.trunkId === trunkId && !leg.over))
}
