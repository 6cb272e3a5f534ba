import type { IncomingInvite } from '../sip/types.ts'
import type { Caller } from '../steps/caller.ts'
import { callerOf, tenantOf } from './visit.ts'
import type { Step } from './visit.ts'

/** Hands an authenticated INVITE to the calls, in the same turn in which it came in: a CANCEL cannot come before. */
export function createCall(onCall: (invite: IncomingInvite, caller: Caller) => void): Step {
  return (visit) => {
    if (!visit.invite) throw new Error('Only an INVITE starts a call.')
    const { inbound } = visit
    if (inbound) return onCall(visit.invite, { tenantId: tenantOf(visit).id, deviceId: '', extensionId: '', ...inbound.caller, inbound: { trunkId: inbound.trunkId, number: inbound.number }, shown: inbound.shown, diverted: inbound.diverted })
    const { device, extension } = callerOf(visit)
    onCall(visit.invite, {
      tenantId: extension.tenantId,
      deviceId: device.id,
      extensionId: extension.id,
      number: extension.number,
      name: extension.name,
    })
  }
}
