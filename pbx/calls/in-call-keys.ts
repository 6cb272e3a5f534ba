import type { Endpoint } from '../../media/contract.ts'
import { findInCallCode } from '../routing/feature-codes.ts'
import type { InCallAction } from '../routing/feature-actions.ts'
import { leadsToHelp } from '../routing/plan.ts'
import type { Call } from './call.ts'
import type { Leg } from './leg.ts'
import type { CallWorld } from './world.ts'

/** Between two keys: slower, they are two of something else. */
const TOGETHER_MS = 3_000
const LONGEST = 4

/**
 * Listens in answered calls for the codes that the house's own phones type, by event (RFC 4733), in the sound, or by INFO. A
 * carrier's side is never heard, and neither is a call for help: whoever is asked for a number there presses what he likes.
 */
export function watchInCallKeys(world: CallWorld, act: Partial<Record<InCallAction, (call: Call, leg: Leg) => void>>, now: () => number = Date.now): () => void {
  const watched = new WeakMap<Leg, Endpoint>()

  const watch = (call: Call, leg: Leg, endpoint: Endpoint): void => {
    if (watched.get(leg) === endpoint) return
    watched.set(leg, endpoint)
    let typed = ''
    let at = 0
    const off = endpoint.on('digit', (digit) => {
      // In another call since, by a transfer; or it types a number.
      if (leg.endpoint !== endpoint || call.over || leg.typing) return void (typed = '')
      typed = now() - at > TOGETHER_MS ? digit : (typed + digit).slice(-LONGEST)
      at = now()
      const action = findInCallCode(world.directory.snapshot().changedCodesOf(call.tenantId), typed)
      if (action === undefined) return
      typed = ''
      act[action]?.(call, leg)
    })
    call.cleanup.add(off)
  }

  return world.events.subscribe((event) => {
    if (event.type !== 'call.updated') return
    const call = world.registry.get(event.tenantId, event.data.call.id)
    // Who asks a colleague while somebody waits may return before that is answered.
    if (!call || call.over || (event.data.call.state !== 'answered' && !call.consultation) || (call.plan && leadsToHelp(call.plan))) return
    for (const leg of call.legs) {
      if (leg.endpoint && leg.origin.extensionId && leg.origin.trunkId === undefined && (leg.state === 'answered' || leg.state === 'held')) watch(call, leg, leg.endpoint)
    }
  })
}
