import type { IncomingInvite } from '../sip/types.ts'
import { callerOf } from './visit.ts'
import type { Step } from './visit.ts'

/** Who calls, as proved by its credentials; what the phone wrote into From counts for nothing. */
export interface Caller {
  tenantId: string
  deviceId: string
  extensionId: string
  number: string
  name: string
}

/** Hands an authenticated INVITE to the calls, in the same turn in which it came in: a CANCEL cannot come before. */
export function createCall(onCall: (invite: IncomingInvite, caller: Caller) => void): Step {
  return (visit) => {
    const { device, extension } = callerOf(visit)
    if (!visit.invite) throw new Error('Only an INVITE starts a call.')
    onCall(visit.invite, {
      tenantId: extension.tenantId,
      deviceId: device.id,
      extensionId: extension.id,
      number: extension.number,
      name: extension.name,
    })
  }
}
