import { messageOf, Refusal } from '../../config/errors.ts'
import type { Endpoint } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { encryptionOfCaller } from '../calls/encryption.ts'
import type { Leg } from '../calls/leg.ts'
import type { CallWorld } from '../calls/world.ts'
import { findFeatureCode } from '../routing/feature-codes.ts'
import { normaliseDialled } from '../routing/number-format.ts'
import type { IncomingInvite, SipDialog } from '../sip/types.ts'
import { legOf, type Caller } from './caller.ts'
import { inOneGroup, mayPickUp } from './may-pick-up.ts'
import type { Replaced } from './replace.ts'
import { introduce } from './introduce.ts'

/** A call that rings elsewhere, and whether it is meant only as long as it does. */
type Ringing = Pick<Replaced, 'call'> & { name: Pick<Replaced['name'], 'earlyOnly'> }

/**
 * Picks up a call that rings elsewhere (RFC 3891 §3, an early dialog): the phone behind the INVITE is answered, takes the
 * place of those that ring, which are cancelled, and so answers the caller. It is one call, and one record.
 */
export async function pickUp(world: CallWorld, invite: IncomingInvite, by: Caller, { call, name }: Ringing): Promise<void> {
  const leg = legOf(invite, by, 'callee')
  let endpoint: Endpoint | undefined
  try {
    endpoint = await world.media.createEndpoint({
      callId: call.id, legId: leg.id, peerAddress: invite.source.address,
      encryption: encryptionOfCaller(world, by.extensionId, invite.source.transport), ...(invite.body === '' ? {} : { offer: invite.body }),
    })
    const wanted = call.caller.endpoint?.codec
    if (wanted !== undefined) await endpoint.prefer([wanted])
    // Somebody answered, or nobody waits any more.
    if (!call.pickUp) invite.reply(name.earlyOnly && call.answeredAt !== null ? 486 : 481)
    else if (await takeIt(call, leg, endpoint, await acceptedBy(invite, endpoint))) {
      await call.answered.promise
      await call.accepting
      return introduce(world, call.caller, leg)
    }
  } catch (error) {
    if (!(error instanceof Refusal)) call.log.error({ err: error, leg: leg.id }, `picking up failed: ${messageOf(error)}`)
    invite.reply(error instanceof Refusal ? (error.code === 'unprocessable' ? 488 : 503) : 500)
  }
  await endpoint?.close()
}

/** The call that a phone picks up by dialling *8 or ** and an extension; undefined when it dials something else, or none rings that it may have. */
export function findRinging(world: CallWorld, invite: IncomingInvite, by: Caller): Ringing | undefined {
  if (by.inbound || by.extensionId === '') return undefined
  const snapshot = world.directory.snapshot()
  const dialled = normaliseDialled(invite.requestUri.user ?? '')
  const feature = findFeatureCode(snapshot.changedCodesOf(by.tenantId), dialled)
  if (feature?.code.action !== 'pick-up-group' && feature?.code.action !== 'pick-up-extension') return undefined
  const wanted = feature.code.action === 'pick-up-extension' ? snapshot.extensionByNumber(by.tenantId, feature.argument)?.id : undefined
  const may = (extensionId: string): boolean => {
    if (feature.code.action === 'pick-up-group') return inOneGroup(world, extensionId, by.extensionId)
    return extensionId === wanted && mayPickUp(world, extensionId, by.extensionId)
  }
  const ringing = world.registry.list(by.tenantId)
    .filter((call) => call.pickUp && !call.over && call.answeredAt === null && call.request.caller.extensionId !== by.extensionId)
    .toSorted((a, b) => a.startedAt - b.startedAt)
  for (const call of ringing) {
    if (call.legs.some(({ over, origin: { role, extensionId } }) => role === 'callee' && !over && extensionId !== null && extensionId !== by.extensionId && may(extensionId))) return { call, name: { earlyOnly: true } }
  }
  return undefined
}

async function acceptedBy(invite: IncomingInvite, endpoint: Endpoint): Promise<SipDialog> {
  const dialog = await invite.accept(endpoint.localSdp)
  if (invite.body === '') await endpoint.negotiate('answer', dialog.remoteSdp).catch(async (error: unknown) => {
    await dialog.bye('SIP;cause=488;text="Not Acceptable Here"')
    throw error
  })
  return dialog
}

/** False when another phone was quicker. */
async function takeIt(call: Call, leg: Leg, endpoint: Endpoint, dialog: SipDialog): Promise<boolean> {
  leg.dialog = dialog
  leg.endpoint = endpoint
  leg.step('answer')
  const taken = !dialog.ended && (await call.mailbox.run(() => call.pickUp?.(leg) ?? false))
  if (!taken) await dialog.bye('SIP;cause=200;text="Call completed elsewhere"')
  return taken
}
