/** Responses of applications: completed, sent, and what follows from them for dialogs. */
import { askedFrom, contactUri, serverDialog, type Dialog } from '../dialog/dialog.ts'
import { answerFor } from '../dialog/session-expires.ts'
import { digits } from '../message/host.ts'
import { header, lists } from '../message/message.ts'
import { tagOf } from '../message/uri.ts'
import { copyHeader, withTag, writeMessage } from '../message/write.ts'
import { uuid } from '../random.ts'
import { peerName } from '../transport/flow.ts'
import { refused, responseSent, unsolicitedPayload } from '../wire/payload.ts'
import type { Owner } from '../dialog/dialog.ts'
import type { Agent, IncomingRequest } from './agent.ts'
import { appHeader, appLines, isSdp, type AppMessage } from './app-message.ts'
import { ourContact, sendBye } from './release.ts'
import { repeatUntilPrack } from './reliable.ts'

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
  // RFC 3262 §3: one reliable provisional response at a time until the first was acknowledged.
  if (reliable && incoming.reliable) return refuse('A reliable provisional response still waits for its PRACK')

  incoming.heard()
  const session = sessionOf(agent, incoming, status, message)
  const extra = reliable ? [`RSeq: ${(incoming.rseq = incoming.rseq === 0 ? 1 + Math.floor(Math.random() * 0x7fff) : incoming.rseq + 1)}`] : session.lines
  const text = writeReply(agent, incoming, status, message, extra)
  if (status > 100 && status < 300) openDialog(agent, incoming, status)
  if (incoming.dialog && (reliable || (status >= 200 && status < 300)) && isSdp(message.body)) incoming.dialog.localSdp = message.body
  if (!provisional) incoming.finish()
  // The echo goes first: the application must know its transaction before anything that follows from it.
  const watched = reliable || (status >= 200 && status < 300 && TARGET_REFRESH.has(request.method))
  if (watched || !owner.quiet) {
    const echo = responseSent(messageId, text, transaction.from, agent.timers.now(), transactionId, madeDialog(incoming))
    if (watched) owner.deliver(echo)
    else owner.deliverLater(echo)
  }
  transaction.respond(status, text)
  if (reliable) incoming.reliable = repeatUntilPrack(agent, incoming, incoming.rseq, text)
  if (status >= 200 && status < 300) succeeded(agent, incoming, text, session.value)
  else if (status >= 300) incoming.dropEarlyDialog()
  if (!provisional && endsDialog(incoming, status)) agent.dialogs.remove(incoming.dialog as Dialog)
}

function asks100rel(message: AppMessage): boolean {
  return (appHeader(message, 'require') ?? '').toLowerCase().includes('100rel')
}

/** The echo names the dialog for answers to requests that make one. */
function madeDialog(incoming: IncomingRequest): string {
  const { method } = incoming.request
  return method === 'INVITE' || method === 'SUBSCRIBE' ? incoming.dialogId : ''
}

function writeReply(agent: Agent, incoming: IncomingRequest, status: number, message: AppMessage, extra: readonly string[]): string {
  const { request } = incoming
  const flow = incoming.transaction.from
  const wanted = request.toTag === '' ? tagOf(appHeader(message, 'to') ?? '') : ''
  const lines: string[] = []
  copyHeader(lines, request, 'via', 'Via')
  const makesDialog = (request.method === 'INVITE' || request.method === 'SUBSCRIBE') && status > 100 && status < 300
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
  if (incoming.within || (request.method !== 'INVITE' && request.method !== 'SUBSCRIBE') || (request.method === 'SUBSCRIBE' && status < 200)) return
  if (incoming.dialog === undefined) {
    // A peer without Contact was refused before; a NOTIFY still finds the way back over where it was heard.
    const target = contactUri(request) ?? `sip:${peerName(transaction.from)}`
    incoming.dialog = serverDialog(request, transaction.localTag, transaction.from, incoming.owner, target)
    if (request.method === 'INVITE') incoming.dialog.serverInvite = incoming
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

function succeeded(agent: Agent, incoming: IncomingRequest, text: string, sessionExpires: string | undefined): void {
  const { dialog, request } = incoming
  if (!dialog) return
  if (request.method === 'INVITE' || request.method === 'UPDATE') {
    if (incoming.within) {
      dialog.remoteTarget = contactUri(request) ?? dialog.remoteTarget
      if (header(request, 'allow') !== undefined) dialog.allowsUpdate = lists(request, 'allow', 'update')
    }
    agent.sessions.agree(dialog, sessionExpires, false)
  }
  if (request.method === 'INVITE') repeatUntilAck(agent, dialog, incoming, text)
}

/** BYE ends its dialog whatever the answer; so does a NOTIFY that says the subscription is over. */
function endsDialog(incoming: IncomingRequest, status: number): boolean {
  const { request, dialog } = incoming
  if (!dialog || !incoming.within) return false
  if (request.method === 'BYE') return status !== 401 && status !== 407
  return request.method === 'NOTIFY' && dialog.method === 'SUBSCRIBE' && status < 300 && lists({ names: request.names, values: request.values.map((value) => value.split(';')[0] as string) }, 'subscription-state', 'terminated')
}

/** The 2xx to an INVITE, over every transport, until its ACK: T1, doubling up to T2, for 64*T1; then BYE (RFC 3261 §13.3.1.4). */
function repeatUntilAck(agent: Agent, dialog: Dialog, incoming: IncomingRequest, text: string): void {
  const { t1, t2 } = agent.options.timing
  let interval = t1
  const listener = {
    onTimer(name: 'again' | 'end'): void {
      if (name === 'end') {
        entry.stop()
        sendBye(agent, dialog, 'SIP;cause=408;text="ACK not received"', (bye, over) => {
          if (dialog.owner.open) dialog.owner.deliver(unsolicitedPayload(bye, over, agent.timers.now(), dialog.id))
        })
        return
      }
      interval = Math.min(interval * 2, t2)
      again = agent.timers.start(interval, listener, 'again')
      incoming.transaction.repeat(text)
    },
  }
  let again = agent.timers.start(interval, listener, 'again')
  const end = agent.timers.start(64 * t1, listener, 'end')
  const entry = {
    cseq: incoming.request.cseq,
    transactionId: incoming.within ? uuid() : incoming.id,
    stop() {
      agent.timers.stop(again)
      agent.timers.stop(end)
    },
  }
  dialog.unacknowledged.push(entry)
}
