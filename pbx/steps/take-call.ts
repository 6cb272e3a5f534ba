import { messageOf, Refusal } from '../../config/errors.ts'
import { followEarly, followEarlyAnswer } from '../calls/answer.ts'
import type { Endpoint, EndpointOptions } from '../../media/contract.ts'
import { Call } from '../calls/call.ts'
import { encryptionOfCaller } from '../calls/encryption.ts'
import { hideCaller } from '../calls/hidden.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import { soundOverTrunk } from '../calls/trunk-sound.ts'
import type { CallWorld } from '../calls/world.ts'
import { isEmergency } from '../emergency/recognise.ts'
import { findInboundNumber } from '../routing/outside.ts'
import { leadsToHelp } from '../routing/plan.ts'
import type { CallRequest } from '../routing/request.ts'
import type { IncomingInvite } from '../sip/types.ts'
import { checkIdentity } from './check-identity.ts'
import { decideNow } from './decide-now.ts'
import { displaceForMedia } from './displace.ts'
import { legOf, type Caller } from './caller.ts'
import { findRinging, pickUp } from './pick-up.ts'
import { findReplaced, takePlace, type Replaced } from './replace.ts'
import { numberFull } from './number-full.ts'
import { runPlan } from './run-plan.ts'

/**
 * Opens a call for an INVITE: the call exists, and CANCEL is tied to it, before anything is
 * awaited; then the caller's offer is taken, routing decides, and the plan runs.
 */
export function takeCall(world: CallWorld, invite: IncomingInvite, caller: Caller): Call | undefined {
  const replaces = invite.header('replaces')
  const replaced = replaces === undefined ? undefined : findReplaced(world, invite, caller.tenantId, caller.extensionId, replaces)
  if (replaces !== undefined && !replaced) return undefined
  const picked = replaced?.early ? replaced : replaced === undefined ? findRinging(world, invite, caller) : undefined
  if (picked) return void pickUp(world, invite, caller, picked)
  const phone = caller.inbound ? undefined : world.registrar.phoneOf(caller.tenantId, invite.requestUri)
  // RFC 5627 §5.5: it means nobody, or nobody any more.
  if (phone === 'invalid') return void invite.reply(404)
  const leg = legOf(invite, caller, 'caller')
  const call = new Call({
    request: requestOf(world, invite, caller, phone),
    invite,
    caller: leg,
    logger: world.logger,
    onChange: (changed) => world.events.emit('call.updated', changed.tenantId, { call: changed.view() }),
    onBug: (broken, error) => endAfterBug(world, broken, error),
  })
  world.registry.add(call)
  followEarly(call, leg, invite)
  followEarlyAnswer(world, call, invite)
  invite.onCancel(() => {
    // It handed the call to somebody else, or is about to.
    if (call.invite !== invite || call.transferring) return
    // It is told too when the link to the engine is lost, which is nobody's hanging up.
    hangUp(world, call, world.sip.connected ? terminate('caller-cancelled', 'caller', 487) : terminate('signalling-lost', 'system'))
  })

  call.plan = decideNow(world, call.request)
  if (call.plan.withheld === true) hideCaller(call)
  // Nothing is awaited between counting and being counted.
  const full = numberFull(world, call)
  world.events.emit('call.started', call.tenantId, { call: call.view() })
  if (full) hangUp(world, call, full)
  else void follow(world, call, invite, caller, replaced)
  return call
}

/** Whether it is a call for help, whatever is dialled for that, or a dispatcher who calls back: served to the last. */
export function isForHelp(world: CallWorld, invite: IncomingInvite, caller: Caller): boolean {
  if (isEmergency(invite.requestUri.user ?? '')) return true
  const request = requestOf(world, invite, caller, undefined)
  return request.callBack !== undefined || leadsToHelp(decideNow(world, request))
}

function requestOf(world: CallWorld, invite: IncomingInvite, caller: Caller, phone: { number: string; instance: string } | undefined): CallRequest {
  const { tenantId, inbound, diverted, extensionId, deviceId, number, name } = caller
  const callBack = inbound && world.help.callBackFor(tenantId, inbound.number)
  return {
    tenantId,
    caller: { extensionId, deviceId, number, name, address: invite.source.address },
    dialled: inbound?.number ?? phone?.number ?? invite.requestUri.user ?? '',
    ...(inbound && { inbound }),
    ...(diverted?.length && { diverted }),
    ...(callBack && { callBack }),
    ...(phone && { instance: phone.instance }),
  }
}

async function follow(world: CallWorld, call: Call, invite: IncomingInvite, { shown }: Caller, replaced: Replaced | undefined): Promise<void> {
  try {
    const [opened] = await Promise.all([openCallerMedia(world, call, invite), nameParties(world, call), checkIdentity(world, call, invite, shown)])
    if (!opened || call.over) return
    await (replaced ? takePlace(world, call, replaced) : runPlan(world, call))
  } catch (error) {
    endAfterBug(world, call, error)
  }
}

/** Who is in the contacts has its name from there: a caller before a phone rings, who is called outside for the records. */
async function nameParties(world: CallWorld, call: Call): Promise<void> {
  const { request: { tenantId, caller, inbound }, plan } = call
  // Nothing holds a call for help up.
  if (plan === undefined || leadsToHelp(plan)) return
  if (inbound) {
    const name = await world.contactName(tenantId, caller.number)
    if (name === undefined || call.over) return
    const snapshot = world.directory.snapshot()
    const trunk = snapshot.trunk(inbound.trunkId)
    const prefix = trunk && findInboundNumber(snapshot, trunk, inbound.number)?.namePrefix
    caller.name = prefix ? `${prefix} ${name}` : name
    call.caller.origin = { ...call.caller.origin, name: caller.name }
    call.changed()
  } else if (plan.direction === 'outbound' && plan.name === null) {
    void world.contactName(tenantId, plan.number).then((name) => {
      if (name === undefined || call.over || call.plan?.number !== plan.number) return
      call.plan = { ...call.plan, name }
      call.changed()
    })
  }
}

/** The conference that the caller is about to join, so that its sound need not change threads. */
function roomAhead(world: CallWorld, call: Call): Pick<EndpointOptions, 'near'> {
  const step = call.plan?.steps.find(({ kind }) => kind !== 'schedule')
  const near = step?.kind === 'conference' ? world.roomMedia(step.conferenceId) : undefined
  return near === undefined ? {} : { near }
}

/** Takes the caller's offer, or prepares ours when the INVITE has none. False when the call ended over it. */
async function openCallerMedia(world: CallWorld, call: Call, invite: IncomingInvite): Promise<boolean> {
  const hasOffer = invite.body.trim() !== ''
  // Without a type it is taken for what an INVITE carries, as the entrance does.
  if (hasOffer && !/^\s*application\/sdp\b/i.test(invite.contentType ?? 'application/sdp')) {
    hangUp(world, call, terminate('caller-media', 'system', 488, `The caller's phone sent ${invite.contentType ?? ''} instead of SDP.`))
    return false
  }
  const open = (how: Pick<EndpointOptions, 'withoutEngine' | 'urgent'>): Promise<Endpoint> =>
    world.media.createEndpoint({
      callId: call.id,
      legId: call.caller.id,
      peerAddress: invite.source.address,
      encryption: encryptionOfCaller(world, call.caller.origin.extensionId, invite.source.transport),
      ...roomAhead(world, call),
      ...soundOverTrunk(world, call.caller.origin.trunkId, call.request.callBack !== undefined),
      ...(hasOffer ? { offer: invite.body } : {}),
      ...how,
    })
  const take = (endpoint: Endpoint): Promise<boolean> =>
    call.mailbox.run(async () => {
      const before = call.caller.endpoint
      call.caller.endpoint = endpoint
      if (before) await before.close()
      if (!call.over) return true
      // Cancelled meanwhile: the teardown saw no endpoint yet.
      await endpoint.close()
      return false
    })
  call.urgent = call.plan !== undefined && leadsToHelp(call.plan)
  // Its phone and the carrier may hear each other where the engine has no place for them.
  if (call.urgent) call.passOn = async () => take(await open({ withoutEngine: true }))
  try {
    return await take(await openSomehow(world, call, open))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const verdict = error.code === 'unprocessable' ? terminate('caller-media', 'system', 488, messageOf(error)) : terminate('no-media', 'system', 503, `The media engine cannot take another call: ${messageOf(error)}.`)
    hangUp(world, call, verdict)
    return false
  }
}

/**
 * A place in the engine; for a call for help where there is none its phone and the carrier send their sound to each other, and where
 * they could not hear each other so (the phone is behind NAT), a port that rests or that of an ordinary call is taken.
 */
async function openSomehow(world: CallWorld, call: Call, open: (how: Pick<EndpointOptions, 'withoutEngine' | 'urgent'>) => Promise<Endpoint>): Promise<Endpoint> {
  const ways = [{}, { withoutEngine: true }, { urgent: true }]
  for (;;) {
    try {
      return await open(ways.shift() ?? { urgent: true })
    } catch (error) {
      if (!(error instanceof Refusal) || !call.urgent || call.over || error.code === 'unprocessable') throw error
      if (ways.length === 0 && !(await displaceForMedia(world, call))) throw error
    }
  }
}
