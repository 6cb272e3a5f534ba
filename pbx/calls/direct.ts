import { BlockList } from 'node:net'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Endpoint } from '../../media/contract.ts'
import { connectDirectly, staysInPlace } from '../../media/sdp/index.ts'
import type { SipDialog } from '../sip/types.ts'
import type { Call, DirectMedia } from './call.ts'
import type { Leg } from './leg.ts'
import { hasSoundPolicy } from './trunk-sound.ts'
import type { CallWorld } from './world.ts'

/** Tries of one call; a phone that changes something every few seconds is left with us. */
const MOST_TRIES = 5
/** A way back that meets a change by the phone is tried again. */
const RETURN_TRIES = 3

interface Party {
  leg: Leg
  dialog: SipDialog
  endpoint: Endpoint
}

/**
 * Direct media: two phones of a network that DIRECT_MEDIA_NETWORKS names send their sound to each other, while nobody
 * needs to hear it here. Each is told the other's address by re-INVITE; the endpoints stay open and bridged, so that
 * the way back is one re-INVITE too and the call never waits for a port.
 *
 * Sends the sound of this call past us when it may go; called now and then while it goes on. Never rejects.
 */
export async function considerDirect(world: CallWorld, call: Call): Promise<void> {
  const networks = world.settings.calls.directNetworks
  if (networks.length === 0 || call.direct !== undefined || call.directTries >= MOST_TRIES) return
  const parties = talking(world, call)
  if (!parties) return
  const [caller, callee] = parties
  const plan: DirectMedia = { state: 'going', legs: [caller.leg, callee.leg], returned: undefined }
  /** Somebody needs the sound here meanwhile: the way back is under way already. */
  const recalled = (): boolean => plan.state !== 'going'
  call.direct = plan
  try {
    const [one, other] = await Promise.all([caller, callee].map(async ({ dialog, endpoint }) => {
      const stats = await endpoint.stats()
      return { remoteSdp: dialog.remoteSdp, localSdp: dialog.localSdp, source: stats.packetsReceived > 0 ? stats.remote : undefined, codec: stats.codec }
    }))
    if (recalled() || !one || !other) return
    const offers = connectDirectly(one, other)
    if (!inOneNetwork(networks, one.source?.address, other.source?.address)) throw new Refusal('unprocessable', 'the phones are not in one of DIRECT_MEDIA_NETWORKS')
    call.directTries += 1
    for (const [{ dialog }, offer] of [[caller, offers.toCaller], [callee, offers.toCallee]] as const) {
      const before = dialog.remoteSdp
      const answer = await dialog.reinvite(offer)
      if (recalled()) return
      if (!staysInPlace(before, answer)) throw new Refusal('unprocessable', 'a phone moved its sound to another place')
    }
    plan.state = 'on'
    call.log.info('the phones send their sound to each other')
    call.changed()
  } catch (error) {
    if (recalled()) return
    const why = messageOf(error)
    if (!(error instanceof Refusal)) call.log.error({ err: error }, `direct media failed: ${why}`)
    // Nobody was asked anything yet: it may be so in a moment.
    if (call.directTries === 0 || call.over) return void (call.direct = undefined)
    call.log.info(`the sound stays with us: ${why}`)
    call.directTries = MOST_TRIES
    await leaveDirect(call)
  }
}

/**
 * Brings the sound back to us; resolves when every phone but `except` sends here again, or cannot be told.
 * Never await it inside the call's mailbox, which it needs.
 *
 * @param except the leg that has just agreed on our address by a change of its own
 */
export async function leaveDirect(call: Call, except?: Leg): Promise<void> {
  const { direct } = call
  if (!direct) return
  if (direct.state !== 'returning') {
    const told = direct.state === 'on'
    direct.state = 'returning'
    direct.returned = Promise.all(direct.legs.map((leg) => (leg === except ? undefined : bringBack(call, leg)))).then(() => {
      if (call.direct === direct) call.direct = undefined
    })
    if (told) call.changed()
  }
  await direct.returned
}

async function bringBack(call: Call, leg: Leg): Promise<void> {
  const { dialog, endpoint } = leg
  for (let attempt = 1; dialog && endpoint && !dialog.ended; attempt++) {
    try {
      const answer = await dialog.reinvite(await endpoint.reoffer('sendrecv'))
      await endpoint.negotiate('answer', answer)
      return
    } catch (error) {
      if (dialog.ended || attempt === RETURN_TRIES) return call.log.warn({ leg: leg.id }, `a phone that sends its sound elsewhere could not be called back: ${messageOf(error)}`)
    }
  }
}

/** Both parties of a call in which nothing but talking goes on. */
function talking(world: CallWorld, call: Call): [Party, Party] | undefined {
  if (call.over || call.state !== 'answered' || call.transferring || call.recording || call.supervisors > 0) return undefined
  const { caller, callee } = call
  if (!callee || [caller, callee].some((leg) => leg.state !== 'answered' || leg.endpoint?.security !== undefined || isRecorded(world, leg) || hasSoundPolicy(world, leg.origin.trunkId))) return undefined
  const parties = [caller, callee].flatMap((leg) => (leg.dialog && leg.endpoint && !leg.endpoint.bypass ? [{ leg, dialog: leg.dialog, endpoint: leg.endpoint }] : []))
  return parties.length === 2 ? (parties as [Party, Party]) : undefined
}

function isRecorded(world: CallWorld, leg: Leg): boolean {
  return leg.origin.extensionId !== null && world.directory.snapshot().extension(leg.origin.extensionId)?.recording === 'always'
}

/** @param networks in CIDR notation, IPv4 */
function inOneNetwork(networks: readonly string[], one = '', other = ''): boolean {
  return networks.some((network) => {
    const [base = '', length = '32'] = network.split('/')
    const list = new BlockList()
    list.addSubnet(base, Number(length), 'ipv4')
    return list.check(one, 'ipv4') && list.check(other, 'ipv4')
  })
}
