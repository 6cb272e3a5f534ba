import { Leg, type LegOrigin } from '../calls/leg.ts'
import type { Diversion } from '../routing/diversion.ts'
import type { IncomingInvite } from '../sip/types.ts'
import { formatHostPort } from '../sip/uri.ts'

/** The phone behind an INVITE, as proved by its credentials; what it wrote into From counts for nothing. */
export interface Caller {
  tenantId: string
  deviceId: string
  extensionId: string
  number: string
  name: string
  /** It is a carrier, which sends a call for this number. */
  inbound?: { trunkId: string; number: string }
  /** The number that its carrier tells of it, also where it is withheld. */
  shown?: string | undefined
  /** Who sent the call on before it came here, the last first. */
  diverted?: readonly Diversion[]
}

/** Its part in a call. */
export function legOf(invite: IncomingInvite, caller: Caller, role: LegOrigin['role']): Leg {
  const { extensionId, deviceId, number, name } = caller
  const { address, port, transport } = invite.source
  return new Leg({ role, extensionId: extensionId || null, deviceId: deviceId || null, ...(caller.inbound && { trunkId: caller.inbound.trunkId }), ...(caller.diverted?.length && { diverted: caller.diverted.toReversed().map(({ number: by, why }) => ({ number: by, why })) }), number, name, address: formatHostPort(address, port), transport, userAgent: invite.userAgent ?? null, sipCallId: invite.callId })
}
