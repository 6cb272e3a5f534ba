import type { Call } from './call.ts'
import { leaveDirect } from './direct.ts'
import { Leg, type LegOrigin } from './leg.ts'

/**
 * Takes an answered leg out of its call: dialog and sound go on with a leg of their own, which is the start of another
 * call's; the old one is over, with the figures it has so far. Runs in the mailbox of the call it leaves.
 */
export async function takeOut(call: Call, leg: Leg, role: LegOrigin['role'], why: string): Promise<Leg> {
  void leaveDirect(call)
  const { dialog, endpoint } = leg
  if (endpoint) {
    leg.measure(await endpoint.stats())
    // Who holds it is no longer at its other end.
    await endpoint.hold(false)
  }
  const taken = new Leg({ ...leg.origin, role, userAgent: leg.userAgent, sipCallId: leg.sipCallId })
  taken.dialog = dialog
  taken.endpoint = endpoint
  leg.dialog = undefined
  leg.endpoint = undefined
  leg.end(null, why)
  taken.step('answer')
  call.changed()
  return taken
}
