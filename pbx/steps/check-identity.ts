import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { leadsToHelp } from '../routing/plan.ts'
import type { IncomingInvite } from '../sip/types.ts'
import { isTaken } from '../stir/verifier.ts'

/**
 * Holds the signature of a call from a carrier against what it says, where its trunk wants that, and ends the call where the trunk does
 * not take it so. A call for help, and a dispatcher who calls back, do not wait for that.
 *
 * @param shown the caller's number as the carrier tells it, also of one who withholds it
 */
export async function checkIdentity(world: CallWorld, call: Call, invite: IncomingInvite, shown: string | undefined): Promise<void> {
  const { inbound, callBack } = call.request
  const trunk = inbound && world.directory.snapshot().trunk(inbound.trunkId)
  if (!trunk || trunk.verifyCalls === 'off' || callBack !== undefined || (call.plan !== undefined && leadsToHelp(call.plan))) return
  const verdict = await world.verifier.verify(trunk, { identity: invite.header('identity'), date: invite.header('date'), caller: shown, called: inbound.number })
  if (call.over) return
  const { fault, ...identity } = verdict
  call.caller.origin = { ...call.caller.origin, identity }
  if (isTaken(trunk.verifyCalls, verdict) || fault === null) call.changed()
  else hangUp(world, call, terminate(fault, 'system', null, `${verdict.reason} The trunk ${trunk.name} takes no such calls.`))
}
