/** Responses of applications: completed, sent, and what follows from them for dialogs. */
import { askedFrom, contactUri, serverDialog } from '../dialog/dialog.ts'
import { hasSdp, onRequest, onResponse } from '../dialog/offer.ts'
import { answerFor } from '../dialog/session-expires.ts'
import { digits } from '../message/host.ts'
import { header, lists } from '../message/message.ts'
import { tagOf } from '../message/uri.ts'
import { copyHeader, withTag, writeMessage } from '../message/write.ts'
import { peerName } from '../transport/flow.ts'
import { refused, responseSent } from '../wire/payload.ts'
import type { Owner } from '../dialog/dialog.ts'
import type { Agent, IncomingRequest } from './agent.ts'
import { appHeader, appLines, isSdp, type AppMessage } from './app-message.ts'
import { cdrStart, cdrStop } from './cdr.ts'
import { ourContact } from './release.ts'
import { repeatUntilAck, repeatUntilPrack } from './reliable.ts'
import { endCall, onAccepted, onNotified } from './subscriptions.ts'

/** What the engine writes itself in a response. */
const WRITTEN: ReadonlySet<string> = new Set(['from', 'to', 'call-id', 'cseq'])

/** Responses of these methods tell where the next request of the dialog goes (RFC 3261 §12.1.1, §12.2.2). */
const TARGET_REFRESH = new Set(['INVITE', 'SUBSCRIBE', 'UPDATE', 'REFER'])

const UNKNOWN = 'Response not sent due to unknown transaction'

/** Carries out `sip|<transactionId>|…` with a status line. */
export function replyFromApp(agent: Agent, owner: Owner, messageId: string, transactionId: string, message: AppMessage): void {
  const refuse = (reason: string) => owner.deliver(refused(messageId, reason))
  const incoming = agent.incoming.get(transactionId)
  if (!incoming || incoming.owner !== owner || incoming.transaction.answered) return refuse(UNKNOWN)
  const status = digits(message.startLine.slice(8, 11))
  if (status === undefined || status < 100 || status > 699) return refuse(`not a SIP status: ${message.startLine}`)
  if (message.body !== '' && !message.names.includes('content-type') && !message.body.startsWith('v=0')) return refuse('missing content-type')
  const { request, transaction } = incoming
  const provisional = status < 200
  const reliable = provisional && status > 100 && request.method === 'INVITE' && asks100rel(message)
  if (reliable && !lists(request, 'supported', '100rel') && !lists(request, 'require', '100rel')) {
    return refuse('Remote endpoint does not support 100rel')
  }
  incoming.heard()
  const success = status >= 200 && status < 300
  const sdp = hasSdp(message, message.body)
  const session = sessionOf(agent, incoming, status, message)
  const extra = reliable ? [`RSeq: ${(incoming.rseq = incoming.rseq === 0 ? 1 + Math.floor(Math.random() * 0x7fff) : incoming.rseq + 1)}`] : session.lines
  const text = writeReply(agent, incoming, status, message, extra)
  if (status > 100 && status < 300) openDialog(agent, incoming, status)
  const { dialog } = incoming
  if (dialog && (reliable || success) && isSdp(message.body)) dialog.localSdp = message.body
  const waits = mustWait(incoming, reliable, success)
  if (!provisional && !waits) incoming.finish()
  // The echo goes first: the application must know its transaction before anything that follows from it.
  const watched = reliable || (success && TARGET_REFRESH.has(request.method))
  if (watched || !owner.quiet) {
    const echo = responseSent(messageId, text, transaction.from, agent.timers.now(), transactionId, madeDialog(incoming))
    if (watched) owner.deliver(echo)
    else owner.deliverLater(echo)
  }
  const send = (): void => {
    if (!provisional) incoming.finish()
    if (dialog) onResponse(dialog, 'theirs', request.method, hasSdp(request, request.body), status, sdp, reliable)
    transaction.respond(status, text)
    if (reliable) incoming.reliable = repeatUntilPrack(agent, incoming, rseqOf(extra), text, sdp)
    if (success) succeeded(agent, incoming, message, text, session.value)
    else if (status >= 300) incoming.dropEarlyDialog()
    if (incoming.attempt && success) cdrStart(agent, 'application', 'uas', text)
    else if (incoming.attempt && !provisional) cdrStop(agent, 'application', 'call-rejected', text)
    if (!provisional) endUsages(agent, incoming, status)
  }
  if (!waits) return send()
  if (success) incoming.promise()
  incoming.held.push(send)
}

/**
 * RFC 3262 §3: one reliable provisional response at a time until it was acknowledged, and no 2xx before the
 * PRACK of one with a description. A refusal waits for nothing.
 */
function mustWait(incoming: IncomingRequest, reliable: boolean, success: boolean): boolean {
  if (!incoming.reliable) return false
  return reliable || (success && (incoming.reliable.sdp || incoming.held.length > 0))
}

function asks100rel(message: AppMessage): boolean {
  return (appHeader(message, 'require') ?? '').toLowerCase().includes('100rel')
}

function rseqOf(lines: readonly string[]): number {
  return Number(lines[0]?.slice('RSeq: '.length))
}

/** Requests that make a dialog (RFC 3261 §12.1, RFC 6665 §4.4.1, RFC 3515 §2.4.4). */
const MAKES_DIALOG = new Set(['INVITE', 'SUBSCRIBE', 'REFER'])

/** The echo names the dialog for answers to requests that make one. */
function madeDialog(incoming: IncomingRequest): string {
  return MAKES_DIALOG.has(incoming.request.method) ? incoming.dialogId : ''
}

function writeReply(agent: Agent, incoming: IncomingRequest, status: number, message: AppMessage, extra: readonly string[]): string {
  const { request } = incoming
  const flow = incoming.transaction.from
  const wanted = request.toTag === '' ? tagOf(appHeader(message, 'to') ?? '') : ''
  const lines: string[] = []
  copyHeader(lines, request, 'via', 'Via')
  const makesDialog = MAKES_DIALOG.has(request.method) && status > 100 && status < 300
  if (makesDialog) copyHeader(lines, request, 'record-route', 'Record-Route')
  lines.push(`From: ${request.from}`, `To: ${status === 100 ? request.to : withTag(request, incoming.tag(wanted))}`, `Call-ID: ${request.callId}`, `CSeq: ${request.cseq} ${request.cseqMethod}`)
  if (TARGET_REFRESH.has(request.method) && status > 100 && status < 300 && !message.names.includes('contact')) lines.push(ourContact(agent, flow, askedFrom(request)))
  lines.push(...extra, ...appLines(message, WRITTEN, agent.transport.sentBy(flow)))
  const reason = message.startLine.slice(12)
  return writeMessage(`SIP/2.0 ${status} ${reason}`, lines, message.body)
}

/** A provisional response with a tag, or a 2xx, makes a dialog (RFC 3261 §12.1). */
function openDialog(agent: Agent, incoming: IncomingRequest, status: number): void {
  const { request, transaction } = incoming
  if (incoming.within || !MAKES_DIALOG.has(request.method) || (request.method !== 'INVITE' && status < 200)) return
  if (incoming.dialog === undefined) {
    // Without Contact (RFC 2543) the peer is where it was heard.
    const target = contactUri(request) ?? `sip:${peerName(transaction.from)}`
    incoming.dialog = serverDialog(request, transaction.localTag, transaction.from, incoming.owner, target)
    if (request.method === 'INVITE') {
      incoming.dialog.serverInvite = incoming
      onRequest(incoming.dialog, 'theirs', 'INVITE', hasSdp(request, request.body))
    }
    agent.dialogs.add(incoming.dialog)
  }
  if (status >= 200) incoming.dialog.confirmed = true
}

/** What a 2xx says of the session timer (RFC 4028 §9): the application's words, else an answer to what the request asked for. */
function sessionOf(agent: Agent, incoming: IncomingRequest, status: number, message: AppMessage): { value: string | undefined; lines: string[] } {
  const { request } = incoming
  const answers = status >= 200 && status < 300 && (request.method === 'INVITE' || request.method === 'UPDATE')
  const own = answers ? appHeader(message, 'session-expires') : undefined
  if (!answers || own !== undefined) return { value: own, lines: [] }
  return answerFor(request, agent.options.timing.sessionMin / 1000) ?? { value: undefined, lines: [] }
}

function succeeded(agent: Agent, incoming: IncomingRequest, message: AppMessage, text: string, sessionExpires: string | undefined): void {
  const { dialog, request } = incoming
  if (!dialog) return
  switch (request.method) {
    case 'INVITE':
    case 'UPDATE':
      if (incoming.within) {
        dialog.remoteTarget = contactUri(request) ?? dialog.remoteTarget
        if (header(request, 'allow') !== undefined) dialog.allowsUpdate = lists(request, 'allow', 'update')
      }
      agent.sessions.agree(dialog, sessionExpires, false)
      if (request.method === 'INVITE') repeatUntilAck(agent, dialog, incoming, text)
      return
    case 'SUBSCRIBE':
      dialog.remoteTarget = contactUri(request) ?? dialog.remoteTarget
      return onAccepted(agent, dialog, 'SUBSCRIBE', request.cseq, request, message)
    case 'REFER':
      return onAccepted(agent, dialog, 'REFER', request.cseq, request, message)
  }
}

/** BYE ends its call whatever the answer; a NOTIFY may end its subscription. */
function endUsages(agent: Agent, { request, dialog, within }: IncomingRequest, status: number): void {
  if (!dialog || !within) return
  if (request.method === 'BYE' && status !== 401 && status !== 407) endCall(agent, dialog)
  if (request.method === 'NOTIFY') onNotified(agent, dialog, request, status)
}
