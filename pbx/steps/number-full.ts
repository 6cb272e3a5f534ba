import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'

/**
 * How a call for an inbound number ends at once that has as many calls as it may; undefined when it fits, and it is counted from now
 * on, wherever it is transferred. Whoever calls back after a call for help always fits.
 */
export function numberFull({ directory, registry }: Pick<CallWorld, 'directory' | 'registry'>, call: Call): Termination | undefined {
  const { plan, request, caller } = call
  if (plan?.inboundNumberId === undefined || request.callBack) return undefined
  const found = directory.snapshot().inboundNumbersOf(call.tenantId).find(({ id }) => id === plan.inboundNumberId)
  caller.origin.inboundNumberId = plan.inboundNumberId
  if (!found || found.maxCalls === null) return undefined
  const others = callsFor(registry, call.tenantId, found.id).filter((other) => other !== call)
  return others.length < found.maxCalls ? undefined : terminate('number-full', 'system', null, `${found.number} (${found.name}) takes ${found.maxCalls} ${found.maxCalls === 1 ? 'call' : 'calls'} at once, and that many go on.`)
}

/** Calls that came for an inbound number and go on. */
export function callsFor(registry: Pick<CallWorld['registry'], 'list'>, tenantId: string, inboundNumberId: string): Call[] {
  return registry.list(tenantId).filter((call) => !call.over && call.legs.some((leg) => !leg.over && leg.origin.inboundNumberId === inboundNumberId))
}
