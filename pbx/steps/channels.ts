/** What trunks can carry now: which is tried before which, and whether another call fits. */
import type { Call } from '../calls/call.ts'
import type { Charge } from '../calls/charges.ts'
import { isSpendingLimited } from '../calls/spend-limits.ts'
import type { CallWorld } from '../calls/world.ts'
import type { OutsideStep } from '../routing/plan.ts'

/** Somebody waits for a trunk that begins only so many calls a second, no longer than this: a caller hears nothing meanwhile. */
export const TURN_MS = 3_000

/** Those that are down, or whose calls fail, after all others: what is known of them may be old, so they are the last and not left out. */
export function byStanding<T extends { trunkId: string }>(world: Pick<CallWorld, 'trunks'>, attempts: readonly T[]): T[] {
  const doubtful = new Map(attempts.map(({ trunkId }) => [trunkId, Number(world.trunks.isDoubtful(trunkId))]))
  return attempts.toSorted((a, b) => (doubtful.get(a.trunkId) ?? 0) - (doubtful.get(b.trunkId) ?? 0))
}

/** In which order the trunks of a step are tried. */
export function inOrder(world: Pick<CallWorld, 'trunks' | 'rates'>, { attempts, cheapestFirst, e164 = null }: OutsideStep): OutsideStep['attempts'][number][] {
  return cheapestFirst === true ? world.rates.cheapestFirst(attempts, e164, (id) => Number(world.trunks.isDoubtful(id))) : byStanding(world, attempts)
}

/**
 * Why a trunk may not carry a call that costs, as a part of a sentence: where spending is limited, what has no price is not called.
 * Undefined: it may, and the charge knows what it costs there.
 */
export function withoutPrice(world: Pick<CallWorld, 'rates' | 'directory'>, tenantId: string, { trunkId, trunk }: { trunkId: string; trunk: string }, { e164 = null, emergency, payerId = null }: OutsideStep, charge: Charge | undefined): string | undefined {
  if (emergency) return undefined
  const rate = world.rates.find(trunkId, e164)
  if (rate === null && isSpendingLimited(world.directory.snapshot().tollOf(tenantId).settings, payerId)) return `${trunk} has no rate for the number, and what is spent is limited`
  if (charge) charge.rate = rate ?? null
  return undefined
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
