/** Requests of applications (RFC 3261 §8.1, §12.2.1): completed, sent. */
import type { Dialog, Owner } from '../dialog/dialog.ts'
import { hasSdp, onRequest } from '../dialog/offer.ts'
import { routeAlong, routeInDialog, viaFor, writeInDialog, type DialogRequest } from '../dialog/request.ts'
import { digits } from '../message/host.ts'
import type { SipMessage } from '../message/message.ts'
import { isToken } from '../message/names.ts'
import { parseSipUri, splitAddress, splitList, tagOf } from '../message/uri.ts'
import { writeMessage } from '../message/write.ts'
import { randomToken, uuid } from '../random.ts'
import type { Flow } from '../transport/flow.ts'
import { refused, requestSent } from '../wire/payload.ts'
import type { Agent } from './agent.ts'
import { appHeader, appLines, isSdp, replaceLocalhost, type AppMessage } from './app-message.ts'
import { cdrAttempt, cdrStop } from './cdr.ts'
import { dialogHop, nextHop, preferred, type Found, type NextHop, type Way } from './next-hop.ts'
import { Outgoing, type OutgoingPlan } from './outgoing.ts'
import { ourContact, sendAck, withDialogFlow } from './release.ts'

/** Methods that need a call in the dialog. */
const OF_CALLS = new Set(['INVITE', 'BYE', 'UPDATE', 'PRACK', 'INFO'])

/** What the engine writes itself in a request. */
const WRITTEN: ReadonlySet<string> = new Set(['from', 'to', 'call-id', 'cseq', 'max-forwards', 'contact'])
const CREDENTIALS: readonly string[] = ['authorization', 'proxy-authorization']

/** Requests of these methods carry our Contact (RFC 3261 §8.1.1.8; RFC 6665, RFC 3311, RFC 3515). */
const WITH_CONTACT = new Set(['INVITE', 'SUBSCRIBE', 'UPDATE', 'REFER', 'NOTIFY'])

const NO_HEADERS = { names: [], values: [] }

const NO_DIALOG = 'Server error: unable to find dialog for dialog id provided'

export interface AppRequest {
  messageId: string
  transactionId: string
  dialogId: string
  /** Next hop instead of the Request-URI's; empty when not given. */
  routeUrl: string
  message: AppMessage
}

/** Carries out `sip|<transactionId>|<dialogId>|<routeUrl>` with a request. */
export function requestFromApp(agent: Agent, owner: Owner, request: AppRequest): void {
  const refuse = (reason: string) => owner.deliver(refused(request.messageId, reason))
  const [method = '', uri = '', version] = request.message.startLine.split(' ')
  if (!isToken(method) || version === undefined) return refuse(`invalid start line: ${request.message.startLine}`)
  const { message } = request
  if (message.body !== '' && !message.names.includes('content-type') && !message.body.startsWith('v=0')) return refuse('missing content-type')
  if (request.dialogId !== '') {
    const dialog = agent.dialogs.byId(request.dialogId)
    if (method === 'ACK') return acknowledge(agent, owner, request.messageId, dialog, message)
    if (!dialog || dialog.owner !== owner || (!dialog.calling && OF_CALLS.has(method))) return refuse(NO_DIALOG)
    return sendWithin(agent, dialog, method, request)
  }
  if (request.transactionId !== '') {
    const outgoing = agent.outgoing.get(request.transactionId)
    if (method !== 'CANCEL') return refuse(`only CANCEL may name a transaction, not ${method}`)
    if (!outgoing || outgoing.owner !== owner || outgoing.method !== 'INVITE') return refuse(`unable to cancel unknown transaction id: ${request.transactionId}`)
    // The OK must be on the wire before the 487 that follows.
    const extra = appLines(message, WRITTEN, '')
    const { text, flow } = outgoing.cancel(extra)
    return owner.deliver(requestSent(request.messageId, text, flow, agent.timers.now(), uuid()))
  }
  const dialog = namedDialog(agent, message)
  if (dialog && dialog.owner === owner && method !== 'ACK') return sendWithin(agent, dialog, method, request)
  if (method === 'ACK' || method === 'CANCEL') return refuse(`${method} needs the id of a dialog or of a transaction`)
  sendOutside(agent, owner, method, uri, request)
}

/** The existing dialog that Call-ID and both tags of an application's headers name. */
function namedDialog(agent: Agent, message: AppMessage): Dialog | undefined {
  const callId = appHeader(message, 'call-id')
  const toTag = tagOf(appHeader(message, 'to') ?? '')
  return callId === undefined || toTag === '' ? undefined : agent.dialogs.find(callId, tagOf(appHeader(message, 'from') ?? ''), toTag)
}

/**
 * Calls `use` with the way: at once, or when a name was found. Refuses what cannot be sent at all.
 * @param use `failure` says why there is nowhere to send to
 */
function withWay(owner: Owner, messageId: string, hop: NextHop, use: (way: Way, failure: string | undefined) => void): void {
  if ('refusal' in hop) return owner.deliver(refused(messageId, hop.refusal))
  if ('flows' in hop) return use(hop, undefined)
  const { guess } = hop
  void hop.later.then((found) => {
    if (!owner.open) return
    if ('flows' in found) use(found, undefined)
    else use({ flows: [guess], name: '' }, found.failure)
  })
}

function sendOutside(agent: Agent, owner: Owner, method: string, uri: string, request: AppRequest): void {
  const { message, messageId, routeUrl } = request
  const target = parseSipUri(uri)
  if (!target && !((routeUrl !== '' || message.names.includes('route')) && /^[a-z][a-z0-9+.-]*:\S+$/i.test(uri))) return owner.deliver(refused(messageId, `invalid request-uri: ${uri}`))
  const preloaded = givenRoutes(message)
  if (!preloaded) return owner.deliver(refused(messageId, `invalid route: ${appHeader(message, 'route')}`))
  const route = routeAlong(preloaded, uri)
  const first = routeUrl === '' ? parseSipUri(route.nextHop) : undefined
  if (first && agent.transport.isSelf(first.host, first.port)) return owner.deliver(refused(messageId, 'can not send request to myself'))
  // A bare URI keeps its parameters, transport above all; only inside a header would they be the header's.
  const next = (routeUrl.includes('<') ? splitAddress(routeUrl)?.uri : routeUrl) || route.nextHop
  withWay(owner, messageId, nextHop(agent, next, undefined, uri), (found, failure) => {
    const way = loyal(agent, found, appHeader(message, 'call-id'))
    const ours = agent.transport.sentBy(way.flows[0] as Flow)
    let from = replaceLocalhost(appHeader(message, 'from') ?? `<sip:${ours}>`, ours)
    let fromTag = tagOf(from)
    if (fromTag === '') {
      fromTag = randomToken()
      // Without brackets a tag would be read as part of the URI by some.
      from = splitAddress(from)?.open === -1 ? `<${from}>;tag=${fromTag}` : `${from};tag=${fromTag}`
    }
    const to = replaceLocalhost(appHeader(message, 'to') ?? `<${uri}>`, ours)
    const callId = appHeader(message, 'call-id') ?? uuid()
    const stated = appHeader(message, 'cseq')
    const cseq = (stated === undefined ? undefined : digits(stated.split(/\s/, 1)[0] as string)) ?? 1 + Math.floor(Math.random() * 0xffff)
    const write = (flow: Flow, branch: string) => {
      const sentBy = agent.transport.sentBy(flow)
      const via = viaFor(flow, sentBy, branch)
      const lines = [`Via: ${via}`, `Max-Forwards: ${hops(message)}`, ...route.routes, `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${method}`]
      lines.push(...contactLines(agent, method, uri, message, flow), ...appLines(message, WRITTEN, sentBy))
      return { method, uri: route.uri, via, branch, routes: route.routes, from, to, callId, cseq, text: writeMessage(`${method} ${route.uri} SIP/2.0`, lines, message.body) }
    }
    launch(agent, owner, messageId, { ...way, write, credentials: credentialLines(message), fromTag, within: undefined, headers: message, body: message.body }, failure)
  })
}

/** The route set that an application gives a request outside dialogs (RFC 3261 §8.1.2), as that of a Path (RFC 3327 §5.3); undefined when it is malformed. */
function givenRoutes(message: AppMessage): string[] | undefined {
  const routes = message.names.flatMap((name, i) => (name === 'route' ? splitList(message.values[i] as string) : []))
  return routes.every((route) => parseSipUri(splitAddress(route)?.uri ?? '') !== undefined) ? routes : undefined
}

/** A call that is tried again, with credentials above all, goes to the server that asked for them. */
function loyal(agent: Agent, way: Way, callId: string | undefined): Way {
  const flow = way.name === '' || callId === undefined ? undefined : agent.loyalty.get(callId)?.value
  return flow === undefined ? way : { ...way, flows: preferred(way.flows, flow) }
}

function sendWithin(agent: Agent, dialog: Dialog, method: string, request: AppRequest): void {
  const { messageId, message } = request
  const { owner } = dialog
  // A refresh that the application knows nothing of is waited for.
  if (method === 'INVITE' && dialog.clientInvite?.byEngine) return void dialog.afterRefresh.push(() => requestFromApp(agent, owner, request))
  // RFC 3261 §14.1: one INVITE at a time, in either direction.
  if (method === 'INVITE' && (dialog.clientInvite || dialog.serverInvite)) return owner.deliver(refused(messageId, 'an INVITE is in progress in this dialog'))
  if (method === 'CANCEL') return owner.deliver(refused(messageId, 'CANCEL needs the id of a transaction'))
  if (method === 'BYE') {
    dialog.clientInvite?.cancel()
    dialog.session?.stop()
  }
  const route = routeInDialog(dialog)
  withWay(owner, messageId, dialogHop(agent, dialog), (way, failure) => {
    const cseq = ++dialog.localCSeq
    const extra = (flow: Flow) => [...contactLines(agent, method, route.uri, message, flow), ...appLines(message, WRITTEN, agent.transport.sentBy(flow)), ...sessionLines(dialog, method, message)]
    const write = writerWithin(agent, dialog, route, method, cseq, extra, message.body)
    launch(agent, owner, messageId, { ...way, write, credentials: credentialLines(message), fromTag: '', within: dialog, headers: message, body: message.body }, failure)
  })
}

/** Makes a request within a dialog for one target. */
function writerWithin(agent: Agent, dialog: Dialog, route: DialogRequest, method: string, cseq: number, extra: (flow: Flow) => string[], body: string): OutgoingPlan['write'] {
  return (flow, branch) => {
    const via = viaFor(flow, agent.transport.sentBy(flow), branch)
    const text = writeInDialog(dialog, route, method, cseq, via, extra(flow), body)
    return { method, uri: route.uri, via, branch, routes: route.routes, from: dialog.local, to: dialog.remote, callId: dialog.callId, cseq, text }
  }
}

/** RFC 4028 §7.4: a change of the session without Session-Expires would end its timer; an application that knows of none keeps it. */
function sessionLines(dialog: Dialog, method: string, message: AppMessage): string[] {
  const { session } = dialog
  if (!session || (method !== 'INVITE' && method !== 'UPDATE') || appHeader(message, 'session-expires') !== undefined) return []
  return [`Session-Expires: ${session.interval};refresher=${session.weRefresh ? 'uac' : 'uas'}`, 'Supported: timer']
}

/** A request of the engine's own within a dialog. `done` gets its final response, or the status that stands for none. */
export function sendOwn(agent: Agent, dialog: Dialog, method: string, lines: readonly string[], body: string, done: (status: number, response: SipMessage | undefined) => void): void {
  const route = routeInDialog(dialog)
  const hop = dialogHop(agent, dialog)
  const go = (found: Found): void => {
    if (!('flows' in found)) return done(503, undefined)
    const cseq = ++dialog.localCSeq
    const own = (status: number, response: SipMessage | undefined): void => {
      if (method === 'INVITE' && status >= 200 && status < 300) withDialogFlow(agent, dialog, (flow) => void sendAck(agent, dialog, flow, cseq, [], ''))
      done(status, response)
    }
    const write = writerWithin(agent, dialog, route, method, cseq, (flow) => [ourContact(agent, flow, route.uri), ...lines], body)
    new Outgoing(agent, dialog.owner, { ...found, write, headers: NO_HEADERS, body, credentials: [], fromTag: '', within: dialog, own }).start()
  }
  if ('refusal' in hop) done(503, undefined)
  else if ('flows' in hop) go(hop)
  else void hop.later.then(go)
}

/** The application is told before the request leaves, so that no response can overtake its OK. */
function launch(agent: Agent, owner: Owner, messageId: string, plan: OutgoingPlan, failure: string | undefined): void {
  const outgoing = new Outgoing(agent, owner, plan)
  if (outgoing.attempt) cdrAttempt(agent, 'application', outgoing.sent.text)
  else if (outgoing.method === 'BYE') cdrStop(agent, 'application', 'normal-release', outgoing.sent.text)
  owner.deliver(requestSent(messageId, outgoing.sent.text, outgoing.flow, agent.timers.now(), outgoing.id))
  if (failure === undefined) outgoing.start()
  else outgoing.onUnreachable(failure)
}

function acknowledge(agent: Agent, owner: Owner, messageId: string, dialog: Dialog | undefined, message: AppMessage): void {
  const cseq = dialog?.awaitingAck?.cseq ?? (dialog?.clientInvite ? undefined : dialog?.ack?.cseq)
  if (!dialog || dialog.owner !== owner || cseq === undefined) {
    // drachtio-srf acknowledges every final response to INVITE; those of failures are the transaction's affair (§17.1.1.3).
    return owner.deliver(refused(messageId, 'Server error: ACK for non-success final response is automatically generated by server'))
  }
  const credentials = dialog.awaitingAck?.credentials ?? []
  onRequest(dialog, 'ours', 'ACK', hasSdp(message, message.body))
  if (isSdp(message.body)) dialog.localSdp = message.body
  withWay(owner, messageId, dialogHop(agent, dialog), ({ flows: [flow = dialog.flow], name, fixed = false }) => {
    if (name !== '') dialog.chosen = { name, flow }
    const text = sendAck(agent, dialog, flow, cseq, [...credentials, ...appLines(message, WRITTEN, agent.transport.sentBy(flow))], message.body, fixed)
    if (!owner.quiet) owner.deliverLater(requestSent(messageId, text, flow, agent.timers.now(), uuid()))
  })
}

function contactLines(agent: Agent, method: string, requestUri: string, message: AppMessage, flow: Flow): string[] {
  const own = appHeader(message, 'contact')
  if (own !== undefined) return [`Contact: ${replaceLocalhost(own, agent.transport.sentBy(flow))}`]
  return WITH_CONTACT.has(method) ? [ourContact(agent, flow, requestUri)] : []
}

function credentialLines(message: AppMessage): string[] {
  return message.names.flatMap((name, i) => (CREDENTIALS.includes(name) ? [`${message.spelled[i]}: ${message.values[i]}`] : []))
}

/** RFC 3261 §8.1.1.6: 70, unless the application says otherwise (a B2BUA counts down, RFC 7332). */
function hops(message: AppMessage): number {
  const stated = digits(appHeader(message, 'max-forwards') ?? '')
  return stated !== undefined && stated <= 255 ? stated : 70
}
