import type { CallRequest } from '../routing/request.ts'
import type { Call, CallerLine } from './call.ts'
import { leaveDirect } from './direct.ts'
import { Leg, type LegOrigin } from './leg.ts'
import { stopRingback } from './ringback.ts'

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
  taken.sipStatus = leg.sipStatus
  taken.bill(leg.charge)
  leg.dialog = undefined
  leg.endpoint = undefined
  leg.end(null, why)
  taken.step('answer')
  call.changed()
  return taken
}

/**
 * Somebody else takes the place of a caller who is not answered yet, and waits on for the phones that ring. The INVITE of
 * the one who leaves is refused as cancelled, which is what most phones do themselves then. Runs in the mailbox.
 */
export async function replaceCaller(call: Call, caller: Leg, line: CallerLine, request: CallRequest, why: string): Promise<void> {
  const { caller: left, invite } = call
  stopRingback(call)
  call.legs.push(caller)
  call.caller = caller
  call.invite = line
  call.request = request
  invite.reply(487, { headers: { Reason: 'SIP;cause=200;text="Call transferred"' } })
  left.end(487, why)
  if (left.endpoint) left.measure(await left.endpoint.close())
  const heard = call.legs.find((leg) => leg !== caller && leg.state === 'early')
  if (heard?.endpoint && caller.endpoint) await heard.endpoint.bridge(caller.endpoint)
  else line.progress(180)
  call.changed()
}
