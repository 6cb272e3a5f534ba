import type { CallerIdentity } from '../events/catalogue.ts'
import { formatAddress } from '../sip/address.ts'
import { NOWHERE } from '../sip/anonymous.ts'
import { autoAnswerHeaders } from '../sip/auto-answer.ts'
import { divertedHeaders } from '../sip/diverted.ts'
import type { OutgoingInvite } from '../sip/types.ts'
import type { Call } from './call.ts'
import type { PhoneTarget } from './dial-target.ts'
import { inviteAlongFlows } from './flows.ts'
import type { Leg } from './leg.ts'
import type { CallWorld } from './world.ts'

/** Rings a phone of an extension: who calls, who sent the call on, how it shall ring. */
export function inviteContact(world: CallWorld, call: Call, target: PhoneTarget, leg: Leg): OutgoingInvite {
  const tenant = world.directory.snapshot().tenant(call.tenantId)
  const domain = tenant?.domains[0] ?? 'localhost'
  const { caller } = call.request
  const { hidden = false, identity } = call.caller.origin
  const name = target.namePrefix ? `${target.namePrefix} ${caller.name ?? caller.number}` : (caller.name ?? undefined)
  return inviteAlongFlows(world.sip, target.contact, {
    from: { number: caller.number, name, domain: hidden ? NOWHERE : domain },
    to: { number: target.number, domain },
    sdp: leg.endpoint?.localSdp ?? '',
    headers: {
      ...divertedHeaders(target.diverted, target.number, domain),
      ...(hidden ? { Privacy: 'id' } : verified(caller.number, name, identity, domain)),
      ...(target.alertInfo && { 'Alert-Info': target.alertInfo }),
      ...(target.autoAnswer && autoAnswerHeaders(domain, target.contact.userAgent, target.autoAnswer === true ? undefined : target.autoAnswer)),
    },
  }, ({ received, transport }, sipCallId) => {
    leg.origin = { ...leg.origin, address: received, transport }
    void sipCallId.then((id) => void (leg.sipCallId = id), () => undefined)
  })
}

/** What the signature of a call from outside was worth, as phones show it (3GPP TS 24.229 §7.2A.20). With the name: many show no other then. */
function verified(number: string, name: string | undefined, identity: CallerIdentity | undefined, domain: string): Record<string, string> {
  if (!identity || !/^\+?[0-9]+$/.test(number)) return {}
  return { 'P-Asserted-Identity': formatAddress(name, `sip:${number};verstat=${identity.verstat}@${domain};user=phone`) }
}
