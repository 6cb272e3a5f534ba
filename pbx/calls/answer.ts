import { messageOf, Refusal } from '../../config/errors.ts'
import type { EarlyInvite, IncomingInvite } from '../sip/types.ts'
import type { Call } from './call.ts'
import { endAfterBug, hangUp } from './hang-up.ts'
import { watchDigits } from './digits.ts'
import { watchHold } from './hold.ts'
import type { Leg } from './leg.ts'
import { startRingback, stopRingback } from './ringback.ts'
import { terminate } from './termination.ts'
import { soundOverTrunk } from './trunk-sound.ts'
import { watchCall } from './watch.ts'
import type { CallWorld } from './world.ts'

/** A called phone's 18x on its way to the caller. With SDP it is early media, and the first phone that has some is the one heard. */
export async function relayProgress(
  world: CallWorld,
  call: Call,
  leg: Leg,
  progress: { status: number; reason: string; sdp: string | undefined; userAgent: string | undefined },
): Promise<void> {
  if (call.over || leg.over || call.answeredAt !== null) return
  leg.userAgent = progress.userAgent ?? leg.userAgent
  if (progress.sdp && !call.legs.some((other) => other !== leg && other.state === 'early' && other !== call.caller)) {
    try {
      await bridgeEarly(world, call, leg, progress.sdp)
    } catch (error) {
      if (!(error instanceof Refusal)) return endAfterBug(world, call, error)
      // Early media we cannot carry is only a comfort lost; the 2xx decides.
      call.log.info({ leg: leg.id }, `early media left out: ${messageOf(error)}`)
    }
    // The verdict came meanwhile.
    if (call.over) return
  }
  const early = leg.state === 'early'
  if (!early) leg.step('ring')
  if (early && call.state !== 'early' && call.caller.endpoint) tellEarlyMedia(call)
  else tellRinging(world, call)
}

/** The caller hears, or is told, that it rings. */
export function tellRinging(world: CallWorld, call: Call): void {
  if (startRingback(world, call)) return tellEarlyMedia(call)
  if (call.state !== 'routing') return call.changed()
  call.caller.step('ring')
  const { endpoint } = call.caller
  call.invite.progress(180, call.invite.wantsOffer && endpoint ? { sdp: endpoint.localSdp } : {})
  call.step('ring')
}

/** Once: the caller hears what we send from here on. */
function tellEarlyMedia(call: Call): void {
  if (call.state === 'early') return call.changed()
  call.caller.step('media')
  call.invite.progress(183, { sdp: call.caller.endpoint!.localSdp })
  call.step('media')
}

async function bridgeEarly(world: CallWorld, call: Call, leg: Leg, sdp: string): Promise<void> {
  // A caller who left the offer to us has no address yet to send early media to.
  if (!leg.endpoint || !call.caller.endpoint?.codec) return void (leg.preview = sdp)
  await leg.endpoint.negotiate('answer', sdp)
  leg.heard = sdp
  await alignCodec(world, call, leg)
  stopRingback(call)
  await leg.endpoint.bridge(call.caller.endpoint)
  leg.step('media')
}

/** The caller answered the offer that a provisional response of ours carried: now it hears what was to be heard before. */
export function followEarlyAnswer(world: CallWorld, call: Call, invite: Pick<IncomingInvite, 'onEarlyAnswer'>): void {
  const take = async (answer: string): Promise<void> => {
    if (call.over) return
    try {
      await call.caller.endpoint?.negotiate('answer', answer)
    } catch (error) {
      return onConnectFailure(world, call, error)
    }
    const first = call.legs.find((leg) => leg.preview !== undefined && !leg.over)
    if (first) await relayProgress(world, call, first, { status: 183, reason: 'Session Progress', sdp: first.preview, userAgent: undefined })
  }
  invite.onEarlyAnswer((answer) => call.mailbox.post(() => take(answer)))
}

/** A phone in a call that is not answered may change its mind about the sound (RFC 3311). */
export function followEarly(call: Call, leg: Leg, invite: EarlyInvite): void {
  leg.invite = invite
  invite.onEarlyOffer((offer) =>
    call.mailbox.run(async () => {
      const { endpoint } = leg
      if (!endpoint || call.over || leg.over) throw new Refusal('gone', 'The call is over.')
      const answer = await endpoint.negotiate('offer', offer)
      leg.heard = offer
      return answer
    }),
  )
}

/**
 * Connects the caller with the leg that answered: sound first, then 200 to the caller, so that
 * the first word is not lost. Runs in the mailbox.
 */
export async function connect(world: CallWorld, call: Call, callee: Leg): Promise<void> {
  // The verdict may have come while the answer was on its way; releaseLeg has then seen no dialog.
  if (call.over) return void (callee.dialog && world.registry.linger(callee.dialog.bye()))
  call.callee = callee
  const { caller } = call
  if (!caller.endpoint || !callee.endpoint || !callee.dialog) throw new Error('a call is connected without two endpoints')

  await alignCodec(world, call, callee)
  stopRingback(call)
  await caller.endpoint.bridge(callee.endpoint)
  // The verdict came while the sound was joined: the teardown is next in the mailbox and frees both.
  if (call.over) return
  callee.sipStatus = 200
  acceptCaller(world, call)
  follow(world, call, callee)
  watchCall(world, call)
}

/** Answers a caller who talks to the house itself: nobody else is in the call. Runs in the mailbox. */
export function answer(world: CallWorld, call: Call): void {
  if (call.over) return
  acceptCaller(world, call)
  watchCall(world, call)
}

function acceptCaller(world: CallWorld, call: Call): void {
  const { caller } = call
  const accepted = call.invite.accept(caller.endpoint!.localSdp)
  call.accepting = accepted.then(
    (dialog) =>
      call.mailbox.run(async () => {
        caller.dialog = dialog
        if (call.over) return
        // The caller left the offer to us: the answer came with its ACK (RFC 3261 §13.2.1).
        if (!caller.endpoint?.codec) await caller.endpoint?.negotiate('answer', dialog.remoteSdp)
        follow(world, call, caller)
      }).catch((error: unknown) => onConnectFailure(world, call, error)),
    (error: unknown) => {
      const cancelled = error instanceof Refusal && error.code === 'gone'
      if (cancelled) hangUp(world, call, terminate('caller-cancelled', 'caller', 487))
      else hangUp(world, call, world.sip.connected ? terminate('no-acknowledgement', 'system', 408) : terminate('signalling-lost', 'system'))
    },
  )
  caller.step('answer')
  caller.sipStatus = 200
  call.step('answer')
}

/** While the caller has not been told our encoding, it may still be the one of the phone that answers. */
async function alignCodec(world: CallWorld, { caller }: Call, callee: Leg): Promise<void> {
  // Its order is the carrier's.
  if (soundOverTrunk(world, caller.origin.trunkId).codecs) return
  if (caller.answeredAt !== null || caller.state === 'early' || callee.endpoint?.codec === undefined) return
  await caller.endpoint?.prefer([callee.endpoint.codec])
}

function onConnectFailure(world: CallWorld, call: Call, error: unknown): void {
  if (error instanceof Refusal) hangUp(world, call, terminate('caller-media', 'system', 488, error.message))
  else endAfterBug(world, call, error)
}

/** From here on the phone may hold, resume and hang up. */
export function follow(world: CallWorld, call: Call, leg: Leg): void {
  const dialog = leg.dialog
  if (!dialog) return
  world.registry.touch(call)
  watchHold(world, call, leg)
  watchDigits(call, leg)
  dialog.onRefer((refer) => world.onRefer(call, leg, refer))
  dialog.onEnd(({ by, reason, lost, at }) => {
    const role = leg.origin.role
    call.endAt = at ?? call.endAt
    // It ended with the process that it began in.
    if (by === 'stack' && call.restoring) return hangUp(world, call, terminate('interrupted', 'system'))
    // Without the engine nothing is known of the phones: it is not theirs that the call ended.
    if (by === 'stack' && (lost || !world.sip.connected)) return hangUp(world, call, terminate('signalling-lost', 'system'))
    if (call.consultation?.left(leg) === true) return
    // The other side has left for somebody else already; its new call says what becomes of it.
    if (call.transferring) return hangUp(world, call, terminate('transferred', role, null, `The call was transferred to ${call.transferring.number}.`))
    const verdict = by === 'peer' ? (call.parting?.(role) ?? terminate('hung-up', role)) : terminate('peer-vanished', role, null, stackWords(reason))
    hangUp(world, call, verdict)
  })
}

function stackWords(reason: string | undefined): string | undefined {
  if (reason && /session timer/i.test(reason)) return 'The call was ended because a phone did not renew it in the agreed time (its session timer ran out). The phone may have lost power or network.'
  return reason ? `The call was ended because a phone stopped answering (${reason}).` : undefined
}
