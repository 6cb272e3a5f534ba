/** New requests from the network (RFC 3261 §8.2, §9.2, §12.2.2): who gets them, or why nobody does. */
import { contactUri, dialogId, type Dialog, type Unacknowledged } from '../dialog/dialog.ts'
import { hasSdp, onRequest as onOfferedIn, refusesOffer } from '../dialog/offer.ts'
import { asksTooShort } from '../dialog/session-expires.ts'
import { header, type SipMessage } from '../message/message.ts'
import { handOn, reasonPhrase, writeResponse } from '../message/write.ts'
import { randomToken } from '../random.ts'
import { isUnique } from '../transaction/layer.ts'
import type { ServerTransaction } from '../transaction/server.ts'
import type { Flow } from '../transport/flow.ts'
import { hopsUsedUp } from '../proxy/forward.ts'
import { visited } from '../proxy/loop.ts'
import { forwardAck, forwardWithin } from '../proxy/within.ts'
import { networkPayload } from '../wire/payload.ts'
import { isTraced, traceIn, type Agent, type IncomingRequest } from './agent.ts'
import { cdrAttempt, cdrStop } from './cdr.ts'
import { decideByHandler } from './decide.ts'
import { Incoming } from './incoming.ts'
import { refuse, refuseAttempt } from './refuse.ts'
import { dialogOfNotify } from './subscriptions.ts'
import { tellCancelled } from './tell.ts'

/** Methods that only have a meaning within a dialog. */
const ONLY_WITHIN = new Set(['BYE', 'UPDATE', 'PRACK'])

/** Methods that only have a meaning while there is a call in the dialog. */
const OF_CALLS = new Set(['INVITE', 'BYE', 'UPDATE', 'PRACK', 'INFO'])

/** Requests of these methods end here, as far as anybody outside can know: one that may go no further has arrived (RFC 3261 §16.3, RFC 4475 §3.3.11). */
const ENDS_HERE = new Set(['REGISTER', 'OPTIONS', 'SUBSCRIBE', 'PUBLISH'])

/** Schemes of Request-URIs that an application can make sense of; the others are refused (RFC 3261 §8.2.2.1). */
const SCHEMES = /^(?:sips?|tel|urn):/i

/** Methods an application may ask for. Others are 501 while no application asked for them by name. */
const KNOWN = new Set(['INVITE', 'REGISTER', 'MESSAGE', 'OPTIONS', 'INFO', 'NOTIFY', 'SUBSCRIBE', 'PUBLISH', 'REFER'])

export function onRequest(agent: Agent, request: SipMessage, flow: Flow): void {
  const traced = isTraced(agent, request.method, request.toTag)
  const transaction = agent.transactions.createServer(request, flow, traced)
  if (request.toTag !== '') {
    const dialog = agent.dialogs.find(request.callId, request.toTag, request.fromTag)
    if (dialog) return onWithin(agent, dialog, request, transaction, flow)
    if (request.method !== 'REGISTER') {
      if (forwardWithin(agent, request, transaction)) return
      const subscribed = request.method === 'NOTIFY' ? dialogOfNotify(agent, request, flow) : undefined
      if (subscribed) return onWithin(agent, subscribed, request, transaction, flow)
      return refuse(transaction, request, 481)
    }
  }
  if (ONLY_WITHIN.has(request.method)) return refuse(transaction, request, 481)
  if (!SCHEMES.test(request.uri)) return refuse(transaction, request, 416)
  if (!ENDS_HERE.has(request.method) && hopsUsedUp(request)) return refuse(transaction, request, 483)
  // §16.3.4: what we forwarded comes back. With another target it is a spiral, and no second way of a fork.
  const before = visited(agent.transport, request)
  if (before === 'loop') return refuse(transaction, request, 482)
  if (request.method === 'INVITE') {
    if (before === undefined && !mergeCheck(agent, request, transaction)) return refuse(transaction, request, 482)
    // Applications know a dialog by Call-ID and From tag: a stranger who repeats those of a call must not become that call.
    if (agent.dialogs.byId(dialogId(request.callId, request.fromTag))) return refuse(transaction, request, 482)
    // At once: the caller stops repeating before anybody has looked at the call (§8.2.6.1 asks for 200 ms).
    transaction.respond(100, writeResponse(request, 100, 'Trying', ''))
    // An RFC 2543 peer needs none (RFC 4475 §3.4.1): it is where it was heard.
    if (contactUri(request) === undefined && isUnique(request.via.branch)) return refuse(transaction, request, 400, 'Missing Contact')
    if (refuseTooShort(agent, request, transaction)) return
  }
  if (request.method === 'INVITE') cdrAttempt(agent, 'network', request)
  const handler = agent.router.handlerFor(request.method)
  if (handler) return decideByHandler(agent, handler, request, transaction, flow)
  if (request.method === 'REGISTER' && agent.lane && agent.router.isOurs('REGISTER')) {
    const answer = agent.lane.answer(request, flow)
    if (answer) {
      agent.counters.answeredHere++
      return refuse(transaction, request, answer.status, reasonPhrase(answer.status), answer.lines)
    }
  }
  const owner = agent.router.pick(request.method)
  if (!owner) return refuseAttempt(agent, transaction, request, KNOWN.has(request.method) ? 503 : 501)
  const incoming = new Incoming(agent, owner, request, transaction, undefined)
  const deliver = (): void => owner.deliver(networkPayload(handOn(request), flow, agent.timers.now(), incoming.id, '', agent.transport.receivedOn(flow)))
  if (request.method === 'INVITE' && !agent.gate.isAlwaysServed(request)) agent.turnstile.pass(owner, () => agent.incoming.get(incoming.id) === incoming, deliver)
  else deliver()
}

/** §8.2.2.2: the same INVITE by a second way, with another branch, while the first is in progress. */
function mergeCheck(agent: Agent, request: SipMessage, transaction: ServerTransaction): boolean {
  const key = `${request.callId}|${request.fromTag}|${request.cseq}`
  if (agent.merged.has(key)) return false
  agent.merged.add(key)
  transaction.mergeKey = key
  return true
}

/** RFC 4028 §9: a session shorter than we stand is answered 422 with what we do. */
function refuseTooShort(agent: Agent, request: SipMessage, transaction: ServerTransaction): boolean {
  const min = agent.options.timing.sessionMin / 1000
  if (!asksTooShort(request, min)) return false
  refuse(transaction, request, 422, undefined, [`Min-SE: ${min}`])
  return true
}

function onWithin(agent: Agent, dialog: Dialog, request: SipMessage, transaction: ServerTransaction, flow: Flow): void {
  // §12.2.2: out of order.
  if (request.cseq < dialog.remoteCSeq) return refuse(transaction, request, 500, 'CSeq out of order')
  dialog.remoteCSeq = request.cseq
  if (dialog.flow.address === flow.address) dialog.flow = flow
  if (!dialog.owner.open) {
    if (agent.keeping.keeps(dialog)) return agent.keeping.receive(dialog, request, transaction, () => onWithin(agent, dialog, request, transaction, flow))
    agent.dialogs.remove(dialog)
    return refuse(transaction, request, 481)
  }
  // RFC 5057: the call is over, only its subscriptions are not.
  if (!dialog.calling && OF_CALLS.has(request.method)) return refuse(transaction, request, 481)
  const sdp = hasSdp(request, request.body)
  let acknowledged: IncomingRequest | undefined
  switch (request.method) {
    case 'INVITE': {
      // §14.2: one INVITE at a time in each direction.
      if (dialog.serverInvite) return refuse(transaction, request, 500, 'An INVITE is in progress', [later()])
      if (dialog.clientInvite) return refuse(transaction, request, 491)
      if (refuseTooShort(agent, request, transaction)) return
      if (refusesOffer(dialog, 'INVITE', sdp) === undefined) transaction.respond(100, writeResponse(request, 100, 'Trying', ''))
      break
    }
    case 'BYE': {
      const invite = dialog.serverInvite as IncomingRequest | undefined
      if (invite && !dialog.confirmed) return byeBeforeAnswer(agent, invite, request, transaction, flow)
      cdrStop(agent, 'network', 'normal-release', request)
      // §15.1.2: pending requests are answered 487.
      invite?.answer(487)
      dialog.session?.stop()
      break
    }
    case 'UPDATE':
      if (refuseTooShort(agent, request, transaction)) return
      break
    case 'PRACK': {
      const invite = dialog.serverInvite as IncomingRequest | undefined
      if (!matchesReliable(invite, request)) return refuse(transaction, request, 481)
      acknowledged = invite
      break
    }
  }
  const wrong = refusesOffer(dialog, request.method, sdp)
  if (wrong !== undefined) return refuse(transaction, request, wrong, undefined, wrong === 500 ? [later()] : [])
  onOfferedIn(dialog, 'theirs', request.method, sdp)
  const incoming = new Incoming(agent, dialog.owner, request, transaction, dialog)
  dialog.owner.deliver(networkPayload(handOn(request), flow, agent.timers.now(), incoming.id, dialog.id, undefined))
  acknowledged?.acknowledged()
}

/** RFC 3261 §14.2: between 0 and 10 seconds. */
function later(): string {
  return `Retry-After: ${Math.floor(Math.random() * 11)}`
}

/** RFC 3262 §3: RAck names RSeq, CSeq number and method of the response it acknowledges. */
function matchesReliable(invite: IncomingRequest | undefined, request: SipMessage): boolean {
  if (!invite?.reliable) return false
  const [rseq, cseq, method] = (header(request, 'rack') ?? '').split(/[ \t]+/)
  return Number(rseq) === invite.reliable.rseq && Number(cseq) === invite.request.cseq && method === 'INVITE'
}

/**
 * The caller ends its own unanswered call with BYE instead of CANCEL (§15 allows it). Applications know
 * no dialog yet, so they are told what it means: the INVITE was cancelled.
 */
function byeBeforeAnswer(agent: Agent, invite: IncomingRequest, bye: SipMessage, transaction: ServerTransaction, flow: Flow): void {
  refuse(transaction, bye, 200)
  const { id, dialogId, owner, request } = invite
  invite.answer(487)
  cdrStop(agent, 'network', 'call-canceled', bye)
  tellCancelled(agent, { id, dialogId, owner, request }, flow, header(bye, 'reason'))
}

/** §9.2: 200 to the CANCEL; 487 to its INVITE unless that was answered already, when CANCEL has no effect. */
export function onCancel(agent: Agent, request: SipMessage, flow: Flow): void {
  const invite = agent.transactions.findServer(request, 'INVITE')
  const transaction = agent.transactions.createServer(request, flow, true)
  if (!invite) return refuse(transaction, request, 481)
  transaction.localTag = invite.localTag ||= request.toTag === '' ? randomToken() : ''
  refuse(transaction, request, 200)
  if (!invite.answered) invite.user?.onCancelled?.(request, flow)
}

/** ACK to a 2xx: ends its repetition and is handed on once (§13.3.1.4). */
export function onAck(agent: Agent, request: SipMessage, text: string, flow: Flow): void {
  const dialog = agent.dialogs.find(request.callId, request.toTag, request.fromTag)
  if (dialog === undefined && forwardAck(agent, request, text, flow)) return
  const at = dialog === undefined ? -1 : dialog.unacknowledged.findIndex((answer) => answer.cseq === request.cseq)
  traceIn(agent, request, text, flow, at === -1 && dialog !== undefined)
  if (dialog === undefined || at === -1) {
    if (dialog === undefined) {
      agent.counters.stray++
      agent.gate.stray(flow)
    } else agent.counters.retransmissionsAbsorbed++
    return
  }
  const [answer] = dialog.unacknowledged.splice(at, 1)
  answer?.stop()
  onOfferedIn(dialog, 'theirs', 'ACK', hasSdp(request, request.body))
  dialog.owner.deliver(networkPayload(handOn(request), flow, agent.timers.now(), (answer as Unacknowledged).transactionId, dialog.id, undefined))
}
