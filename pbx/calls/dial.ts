import { messageOf, Refusal } from '../../config/errors.ts'
import type { InviteFailure, OutgoingInvite, SipDialog } from '../sip/types.ts'
import { divertedHeaders } from '../sip/diverted.ts'
import { hostPart } from '../sip/uri.ts'
import { followEarly, relayProgress } from './answer.ts'
import { bestFailure } from './best-failure.ts'
import type { Call } from './call.ts'
import { wantsCall } from './confirm.ts'
import type { DialTarget, OutsideTarget } from './dial-target.ts'
import { watchDigits } from './digits.ts'
import { encryptionOfCallee } from './encryption.ts'
import { inviteContact } from './invite-contact.ts'
import { Leg } from './leg.ts'
import { stopRingback } from './ringback.ts'
import { soundOverTrunk } from './trunk-sound.ts'
import type { CallWorld } from './world.ts'

export type { DialTarget, OutsideTarget } from './dial-target.ts'

export interface DialOptions {
  /** The targets are different people: one who declines (6xx) does not decline for the others. */
  shared?: boolean
  /** Nobody who waits is rung sooner because nobody rings any more. */
  ownClocks?: boolean
  /** Begins to tell of phones that come while the others ring, which ring too; returns the way to stop. */
  joining?: ((join: (target: DialTarget) => void) => () => void) | undefined
}

export type DialOutcome =
  | { kind: 'answered'; leg: Leg }
  | { kind: 'failed'; failure: InviteFailure }
  | { kind: 'no-answer' }
  /** No phone was rung, because the media engine had no place for any of them. */
  | { kind: 'no-media'; reason: string }
  /** The call got its verdict meanwhile. */
  | { kind: 'over' }

interface Branch {
  target: DialTarget
  leg: Leg
  invite: OutgoingInvite | undefined
  failure: InviteFailure | undefined
  /** Why the media engine gave this branch no endpoint. */
  noMedia?: string
  /** It rang for nothing until its time was up, or what answered did not take the call. */
  unanswered?: boolean
  /** Somebody answered and is asked whether to take the call. */
  asking?: AbortController | undefined
  timer?: NodeJS.Timeout
}

/** It answered, and that is all. */
const NOT_TAKEN: InviteFailure = { status: 480, reason: 'Temporarily Unavailable', kind: 'refused', userAgent: undefined, contacts: [] }
const TIME_UP: InviteFailure = { status: 487, reason: 'Request Terminated', kind: 'cancelled', userAgent: undefined, contacts: [] }

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'

/**
 * Rings all targets at once (RFC 3261 §16.6 as a B2BUA): provisional answers are relayed, the first
 * 2xx wins, the others are cancelled with a Reason so that no phone shows a missed call, a 6xx
 * ends the fork, and when all fail the best failure is the outcome.
 */
export function dial(world: CallWorld, call: Call, targets: readonly DialTarget[], ringSeconds: number, { shared = false, ownClocks = false, joining }: DialOptions = {}): Promise<DialOutcome> {
  const { promise, resolve } = Promise.withResolvers<DialOutcome>()
  const branches: Branch[] = []
  /** Branches that ring later, with their timers. */
  const waiting = new Map<Branch, NodeJS.Timeout>()
  let settled = false
  /** Nobody rings any more; who is asked has time to answer. */
  let timeUp = false

  const settle = (outcome: DialOutcome): void => {
    if (settled) return
    settled = true
    call.pickUp = undefined
    clearTimeout(timer)
    stopJoining?.()
    for (const wait of waiting.values()) clearTimeout(wait)
    for (const branch of branches) clearTimeout(branch.timer)
    call.signal.removeEventListener('abort', onAbort)
    for (const target of targets) if (target.line) target.charge?.release()
    // Whoever answered is heard next, or something else is tried.
    if (outcome.kind !== 'answered') stopRingback(call)
    resolve(outcome)
  }
  /** Cancels what still rings; a 2xx that crosses is answered ACK and BYE inside `pbx/sip`. */
  const cancelAll = (why: string, reason?: string, except: (branch: Branch) => boolean = () => false): void => {
    for (const branch of branches) {
      if (branch.leg.over || except(branch)) continue
      if (branch.asking) stopAsking(branch, reason)
      else if (branch.leg.dialog) continue
      else branch.invite?.cancel(reason)
      endBranch(call, branch.leg, 487, why)
    }
  }
  const stopAsking = (branch: Branch, reason?: string): void => {
    branch.asking?.abort()
    branch.asking = undefined
    if (branch.leg.dialog && !branch.leg.dialog.ended) world.registry.linger(branch.leg.dialog.bye(reason))
  }
  call.pickUp = (leg) => {
    if (settled || call.over) return false
    call.legs.push(leg)
    cancelAll('Another phone picked the call up.', ELSEWHERE)
    settle({ kind: 'answered', leg })
    return true
  }
  const onAbort = (): void =>
    call.mailbox.post(() => {
      cancelAll(call.verdict?.reason === 'caller-cancelled' ? 'The caller hung up first.' : 'The call ended first.')
      settle({ kind: 'over' })
    })
  const timer = setTimeout(
    () =>
      call.mailbox.post(() => {
        if (settled) return
        timeUp = true
        cancelAll('Rang until the time was up.', undefined, ({ asking }) => asking !== undefined)
        if (branches.every(({ leg }) => leg.over)) settle({ kind: 'no-answer' })
      }),
    ringSeconds * 1000,
  )
  call.signal.addEventListener('abort', onAbort)

  const onFailure = (branch: Branch, failure: InviteFailure, why = failureWords(failure)): void => {
    if (settled || branch.failure || branch.leg.over) return
    branch.failure = failure
    branch.leg.userAgent ??= failure.userAgent ?? null
    clearTimeout(branch.timer)
    endBranch(call, branch.leg, failure.status, why)
    const instead = branch.target.line && !branch.unanswered && !timeUp ? branch.target.instead?.(failure) : undefined
    if (instead) begin(open(instead))
    const forAll = (failure.status >= 600 || failure.contacts.length > 0) && !shared
    if (forAll) cancelAll(failure.status >= 600 ? 'Another phone of the extension declined for all.' : 'Another phone of the extension sent the call on.')
    else if (branches.every((other) => other.leg.over || waiting.has(other))) startNext()
    if (branches.every((other) => other.leg.over) || forAll) {
      const failures = branches.flatMap((other) => other.failure ?? [])
      const noMedia = branches.every((other) => other.noMedia !== undefined) ? branch.noMedia : undefined
      if (timeUp || branches.some(({ unanswered }) => unanswered)) settle({ kind: 'no-answer' })
      else settle(noMedia === undefined ? { kind: 'failed', failure: bestFailure(failures) ?? failure } : { kind: 'no-media', reason: noMedia })
    }
    call.changed()
  }

  const onAnswer = async (branch: Branch, dialog: SipDialog): Promise<void> => {
    if (settled || branch.leg.over) return void world.registry.linger(dialog.bye(ELSEWHERE))
    try {
      if (branch.leg.heard !== dialog.remoteSdp) await branch.leg.endpoint?.negotiate('answer', dialog.remoteSdp)
    } catch (error) {
      if (!(error instanceof Refusal)) {
        // Nobody else knows this dialog yet.
        world.registry.linger(dialog.bye())
        throw error
      }
      world.registry.linger(dialog.bye(`SIP;cause=488;text="${messageOf(error).replaceAll('"', "'")}"`))
      return onFailure(branch, { status: 488, reason: 'Not Acceptable Here', kind: 'refused', userAgent: dialog.userAgent, contacts: [] }, `Its sound cannot be used: ${messageOf(error)}.`)
    }
    branch.leg.dialog = dialog
    branch.leg.userAgent = dialog.userAgent ?? branch.leg.userAgent
    if (isAsked(branch.target)) askFirst(branch, dialog)
    else take(branch)
  }

  const take = (branch: Branch): void => {
    branch.asking = undefined
    branch.leg.step('answer')
    cancelAll(shared ? 'Somebody else answered.' : 'Another phone of the extension answered.', ELSEWHERE)
    settle({ kind: 'answered', leg: branch.leg })
  }

  const askFirst = (branch: Branch, dialog: SipDialog): void => {
    const { leg } = branch
    clearTimeout(branch.timer)
    branch.asking = new AbortController()
    watchDigits(call, leg)
    const fail = (why: string): void => {
      if (settled || leg.over) return
      branch.unanswered = true
      stopAsking(branch)
      onFailure(branch, NOT_TAKEN, why)
    }
    /** Whoever has heard who calls has decided for the other phones too. */
    const refuse = (why: string): void => {
      if (settled || leg.over) return
      stopAsking(branch)
      endBranch(call, leg, NOT_TAKEN.status, why)
      cancelAll('Somebody at another phone did not take the call.')
      settle({ kind: 'no-answer' })
    }
    const { announced, line } = branch.target
    // Carriers like to say anew where the sound goes, right after they answered.
    dialog.onReinvite((offer) => call.mailbox.run(() => {
      if (settled || leg.over || !leg.endpoint) throw new Refusal('gone', 'The call is over.')
      return offer === undefined ? leg.endpoint.reoffer('sendrecv') : leg.endpoint.negotiate('offer', offer)
    }))
    dialog.onLateAnswer((answer) => call.mailbox.post(async () => {
      if (settled || leg.over) return
      await leg.endpoint?.negotiate('answer', answer).catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error
        fail(`It answered, and its sound cannot be used: ${error.message}`)
      })
    }))
    // Outside it may have been a mailbox.
    dialog.onEnd(() => call.mailbox.post(() => (announced && !line ? refuse : fail)('It answered, and hung up without taking the call.')))
    wantsCall(call, leg.endpoint!, branch.asking.signal, announced).then(
      (wanted) => call.mailbox.post(() => {
        if (wanted === 'refused') refuse('It answered, and pressed 2 not to take the call.')
        else if (wanted && branch.asking && !settled && !leg.over) take(branch)
        else fail('It answered, and nobody pressed 1 to take the call.')
      }),
      (error: unknown) => call.mailbox.post(() => {
        call.log.error({ err: error, leg: leg.id }, `asking failed: ${messageOf(error)}`)
        fail('It answered, and could not be asked whether to take the call.')
      }),
    )
  }

  const begin = (branch: Branch): void => {
    clearTimeout(waiting.get(branch))
    waiting.delete(branch)
    if (settled || branch.leg.over) return
    const { ringSeconds: own, line } = branch.target
    if (line) branch.target.charge?.place()
    if (own !== undefined) {
      branch.timer = setTimeout(() => call.mailbox.post(() => {
        if (settled || branch.leg.over || branch.leg.dialog) return
        branch.unanswered = true
        branch.invite?.cancel()
        onFailure(branch, TIME_UP, 'Rang until its time was up.')
      }), own * 1000)
    }
    void startBranch(world, call, branch, () => settled, {
      onFailure: (failure) => call.mailbox.post(() => onFailure(branch, failure)),
      onAnswer: (dialog) => call.mailbox.post(() => onAnswer(branch, dialog)),
    })
  }
  /** Nobody rings now: who would later rings at once. */
  const startNext = (): void => {
    const later = ownClocks ? [] : [...waiting.keys()]
    const soonest = Math.min(...later.map(({ target }) => target.delaySeconds ?? 0))
    for (const branch of later) if ((branch.target.delaySeconds ?? 0) === soonest) begin(branch)
  }

  const open = (target: DialTarget): Branch => {
    const branch: Branch = { target, leg: legFor(target), invite: undefined, failure: undefined }
    branches.push(branch)
    call.legs.push(branch.leg)
    return branch
  }
  for (const target of targets) {
    const branch = open(target)
    const { delaySeconds = 0 } = target
    if (delaySeconds > 0) waiting.set(branch, setTimeout(() => call.mailbox.post(() => begin(branch)), delaySeconds * 1000))
    else begin(branch)
  }
  if (waiting.size === branches.length) startNext()
  const stopJoining = joining?.((target) =>
    call.mailbox.post(() => {
      if (!settled && !timeUp && !call.over) begin(open(target))
    }))
  if (call.over) onAbort()
  return promise
}

/** Whether whoever answers there has to press a key before the call is theirs. */
const isAsked = ({ announced, ...target }: DialTarget): boolean => announced !== undefined || (target.line !== undefined && target.confirm === true)

interface BranchHandlers {
  onFailure: (failure: InviteFailure) => void
  onAnswer: (dialog: SipDialog) => void
}

async function startBranch(
  world: CallWorld,
  call: Call,
  branch: Branch,
  settled: () => boolean,
  handlers: BranchHandlers,
): Promise<void> {
  const { leg, target } = branch
  try {
    // Outside the mailbox: a media engine that is slow to open a port must not hold up a CANCEL.
    const endpoint = await world.media.createEndpoint({
      callId: call.id, legId: leg.id, peerAddress: hostPart(target.line ? target.line.address : target.contact.received), codecs: codecOrder(world, call),
      ...soundOverTrunk(world, target.line?.trunkId, call.urgent),
      ...(target.near && { near: target.near }),
      ...(target.line ? { urgent: call.urgent } : { encryption: encryptionOfCallee(world, target.extensionId, target.contact) }),
    })
    await call.mailbox.run(() => {
      leg.endpoint = endpoint
      if (settled() || leg.over) return void endpoint.close()
      branch.invite = sendInvite(world, call, target, leg, handlers)
    })
  } catch (error) {
    const reason = messageOf(error)
    if (!(error instanceof Refusal)) call.log.error({ err: error, leg: leg.id }, `branch failed: ${reason}`)
    if (!leg.endpoint) branch.noMedia = reason
    handlers.onFailure({ status: 503, reason, kind: 'unreachable', userAgent: undefined, contacts: [] })
  }
}

/** The caller's encoding first: a phone that has it too takes it, and nothing is transcoded. */
function codecOrder(world: CallWorld, call: Call): readonly string[] {
  const { codecs } = world.media.capabilities
  const first = call.caller.endpoint?.codec
  return first === undefined ? codecs : [first, ...codecs.filter((name) => name !== first)]
}

function sendInvite(world: CallWorld, call: Call, target: DialTarget, leg: Leg, handlers: BranchHandlers): OutgoingInvite {
  const invite = target.line ? inviteOutside(world, target, leg, handlers) : inviteContact(world, call, target, leg)
  followEarly(call, leg, invite)
  // Who is to press a key first may be a mailbox: the caller hears ringing until then.
  const unheard = isAsked(target)
  invite.onProgress((progress) => call.mailbox.post(() => relayProgress(world, call, leg, unheard ? { ...progress, sdp: undefined } : progress)))
  invite.onAnswer(handlers.onAnswer)
  invite.onFailure(handlers.onFailure)
  return invite
}

/** Nothing of the house but what the carrier needs: its own domain in From, To and Diversion, our address in Contact and Via. */
function inviteOutside(world: CallWorld, { number, diverted, line }: OutsideTarget, leg: Leg, { onFailure }: BranchHandlers): OutgoingInvite {
  const { uri, nextHop, route, domain, from, account, parts, silenceMs, rewrite = (plain) => plain } = line
  const invite = world.sip.invite({
    uri, ...(nextHop !== undefined && { nextHop }), ...(route && { route }), from: { domain, ...from }, to: { number, domain }, sdp: leg.endpoint?.localSdp ?? '', ...(account && { account }), ...(parts && { parts }),
    headers: rewrite({ ...line.headers, ...divertedHeaders(diverted, number, domain) }),
  })
  void invite.sipCallId.then((id) => void (leg.sipCallId = id), () => undefined)
  if (silenceMs !== undefined) {
    const silence = setTimeout(() => {
      onFailure({ status: 408, reason: 'No answer from this carrier', kind: 'timeout', userAgent: undefined, contacts: [] })
      invite.cancel('SIP;cause=408;text="No answer from this carrier"')
    }, silenceMs)
    invite.onHeard?.(() => clearTimeout(silence))
  }
  return invite
}

function failureWords({ kind, status, reason }: InviteFailure): string {
  return kind === 'timeout' ? 'The phone did not answer at all.' : kind === 'unreachable' ? `The phone could not be rung: ${reason}.` : `The phone answered ${status} ${reason}.`
}

/** Ends a leg that never answered and gives its port back. */
function endBranch(call: Call, leg: Leg, status: number, why: string): void {
  leg.end(status, why)
  void leg.endpoint?.close().catch((error: unknown) => call.log.warn({ err: error }, 'endpoint did not close cleanly'))
}

function legFor(target: DialTarget): Leg {
  const { number, name } = target
  if (target.line) {
    const { address, transport, trunkId } = target.line
    return new Leg({ role: 'callee', extensionId: null, deviceId: null, trunkId, number, name, address, transport, userAgent: null, sipCallId: '' }).bill(target.charge)
  }
  const { contact } = target
  return new Leg({
    role: 'callee', extensionId: target.extensionId, deviceId: contact.deviceId, number, name, address: contact.received, transport: contact.transport,
    userAgent: contact.userAgent ?? null, sipCallId: '',
  })
}
