import { randomToken } from '../../config/ids.ts'
import { Refusal } from '../../config/errors.ts'
import { formatAddress, parseAddressList, tagIn } from './address.ts'
import { answerTo } from './answer-challenge.ts'
import { Dialog } from './dialog.ts'
import { EarlyOffers } from './early.ts'
import { ALLOW_IN_DIALOG, readHeader, SUPPORTED, writeHeaders, writeReason } from './headers.ts'
import { agreedBy, allows, minSe, offerSession } from './session-timer.ts'
import type { SrfRequest, SrfResponse } from './srf-types.ts'
import { guard, isLocal, linkLostRefusal, sendRequest } from './stack.ts'
import type { Stack, Waiting } from './stack.ts'
import type { BodyPart, DialogName, InviteFailure, OutgoingInvite, OutgoingInviteOptions, OutgoingRequest, SipDialog, SipResponse } from './types.ts'
import { escapeUser } from './uri.ts'

export const USER_AGENT = 'Dialplane'

// A phone that is there answers our CANCEL with 487 within a round trip; the call does not wait for one that is not.
const CANCEL_DEADLINE_MS = 2_000

type Progress = { status: number; reason: string; sdp: string | undefined; userAgent: string | undefined }

/** The session description first: who takes no other part takes that (RFC 5621 §3). */
function multipart(sdp: string, parts: readonly BodyPart[]): { contentType: string; text: string } {
  const boundary = `part-${randomToken(12)}`
  const written = [`Content-Type: application/sdp\r\n\r\n${sdp}`, ...parts.map(({ contentType, contentId, body }) => `Content-Type: ${contentType}\r\nContent-ID: <${contentId}>\r\nContent-Disposition: render;handling=optional\r\n\r\n${body}`)]
  return { contentType: `multipart/mixed;boundary=${boundary}`, text: `${written.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n` }
}

/** One branch of ours. Whatever the far end does, the call hears one ending. */
export class SentInvite implements OutgoingInvite, Waiting {
  readonly sipCallId: Promise<string>
  readonly #stack: Stack
  readonly #callId = randomToken(16)
  readonly #options: OutgoingInviteOptions
  /** The longest Min-SE of a 422 so far, in seconds. */
  #minSe = 0
  /** Challenges answered. */
  #proofs = 0
  #request: SrfRequest | undefined
  readonly #offers: EarlyOffers
  /** Of an unreliable provisional response: a preview of the answer. */
  #earlySdp: string | undefined
  /** By tag of the far end: what was agreed on before the answer. */
  readonly #agreed = new Map<string, string>()
  #localSdp: string
  readonly #remoteTags = new Set<string>()
  #over = false
  #cancelled: { reason: string | undefined } | undefined
  #cancelDeadline: NodeJS.Timeout | undefined
  #onProgress: ((progress: Progress) => void) | undefined
  #onHeard: (() => void) | undefined
  #onAnswer: ((dialog: SipDialog) => void) | undefined
  #onFailure: ((failure: InviteFailure) => void) | undefined
  #ending: { dialog: SipDialog } | { failure: InviteFailure } | undefined

  constructor(stack: Stack, options: OutgoingInviteOptions) {
    this.#stack = stack
    this.#options = options
    this.#localSdp = options.sdp
    this.#offers = new EarlyOffers(stack, 'ours', (update, offer, answer) => {
      this.#agreed.set(tagIn(update.msg.headers['from']), offer)
      this.#localSdp = answer
    })
    // A Call-ID of its own for every branch: srf and the trace tell calls apart by it.
    this.sipCallId = Promise.resolve(this.#callId)
    stack.waiting.add(this)
    this.#send({})
  }

  /** @param again what keeps it the same call when it is sent once more */
  #send(again: Record<string, string>): void {
    const options = this.#options
    const stack = this.#stack
    const { from, to } = options
    const headers = writeHeaders({
      'Call-ID': this.#callId,
      From: formatAddress(from.name, `sip:${escapeUser(from.number)}@${from.domain}`),
      To: formatAddress(undefined, `sip:${escapeUser(to.number)}@${to.domain}`),
      Allow: ALLOW_IN_DIALOG,
      Supported: SUPPORTED,
      'User-Agent': USER_AGENT,
      'Content-Type': 'application/sdp',
      ...offerSession(stack.session, this.#minSe),
      ...routeOf(options),
      ...options.headers,
      ...again,
    })
    const body = options.parts?.length ? multipart(options.sdp, options.parts) : undefined
    if (body) Object.assign(headers, { 'Content-Type': body.contentType, 'MIME-Version': '1.0' })
    const request = { method: 'INVITE', headers, body: body?.text ?? options.sdp, ...proxyOf(options) }
    sendRequest(stack, options.uri, request, {
      sent: (sent) => {
        this.#request = sent
        sent.on('update', guard(stack, 'an early UPDATE', (req, res) => this.#offers.take(req, res)))
        if (this.#cancelled) this.#sendCancel()
      },
      response: (response, ack) => this.#response(response, ack),
      failed: (reason) => this.#fail({ status: 503, reason, kind: 'unreachable', userAgent: undefined, contacts: [] }),
    })
  }

  onProgress(listener: (progress: Progress) => void): void {
    this.#onProgress = listener
  }

  onHeard(listener: () => void): void {
    this.#onHeard = listener
  }

  get early(): readonly DialogName[] {
    const localTag = tagIn(this.#request?.msg.headers['from'])
    return this.#over || this.#cancelled || localTag === '' ? [] : [...this.#remoteTags].map((remoteTag) => ({ callId: this.#callId, localTag, remoteTag }))
  }

  onEarlyOffer(handler: (offer: string) => Promise<string>): void {
    this.#offers.onOffer = handler
  }

  onAnswer(listener: (dialog: SipDialog) => void): void {
    this.#onAnswer = listener
    const ending = this.#ending
    if (ending && 'dialog' in ending) queueMicrotask(guard(this.#stack, 'an answer listener', () => listener(ending.dialog)))
  }

  onFailure(listener: (failure: InviteFailure) => void): void {
    this.#onFailure = listener
    const ending = this.#ending
    if (ending && 'failure' in ending) queueMicrotask(guard(this.#stack, 'a failure listener', () => listener(ending.failure)))
  }

  cancel(reason?: string): void {
    if (this.#over || this.#cancelled) return
    this.#cancelled = { reason }
    if (this.#request) this.#sendCancel()
    this.#cancelDeadline = setTimeout(() => this.#fail(cancelledFailure(undefined)), CANCEL_DEADLINE_MS)
  }

  linkLost(reason: string): void {
    this.#fail({ status: 503, reason, kind: 'unreachable', userAgent: undefined, contacts: [] })
  }

  /** The engine holds it back until a provisional response came in (RFC 3261 §9.1). */
  #sendCancel(): void {
    const reason = this.#cancelled?.reason
    try {
      this.#request?.cancel(reason === undefined ? {} : { headers: { Reason: writeReason(reason) } }, (error) => {
        if (error) this.#stack.logger.debug({ callId: this.#callId, err: error }, 'a CANCEL came too late')
      })
    } catch (error) {
      this.#stack.logger.debug({ callId: this.#callId, err: error }, 'a CANCEL could not be sent')
    }
  }

  #response(response: SrfResponse, ack: () => void): void {
    const { status } = response
    if (!isLocal(response)) this.#onHeard?.()
    const userAgent = readHeader(response.msg, 'user-agent') ?? readHeader(response.msg, 'server')
    if (status < 200) {
      const sdp = response.msg.body || undefined
      const tag = tagIn(response.msg.headers['to'])
      if (tag !== '') this.#remoteTags.add(tag)
      if (readHeader(response.msg, 'rseq') !== undefined) {
        ack()
        // The answer to our offer, and the only one (RFC 3262 §5, RFC 3261 §13.2.1).
        if (sdp !== undefined && !this.#agreed.has(tag)) {
          this.#agreed.set(tag, sdp)
          this.#offers.turn = 'nobody'
        }
      } else this.#earlySdp = sdp ?? this.#earlySdp
      if (status > 100 && !this.#over && !this.#cancelled) this.#onProgress?.({ status, reason: response.reason, sdp, userAgent })
      return
    }
    if (status < 300) return this.#answered(response, ack, userAgent)
    if (this.#cancelled) return this.#fail(cancelledFailure(userAgent))
    if (status === 422 && this.#askLonger(response)) return
    if ((status === 401 || status === 407) && this.#prove(status, response)) return
    const kind = status === 408 ? 'timeout' : isLocal(response) ? 'unreachable' : 'refused'
    this.#fail({ status, reason: response.reason, kind, userAgent, contacts: status < 400 ? contactsOf(response) : [] })
  }

  /** RFC 4028 §7.3: the same INVITE again, with the session time the far end wants. False when that was tried. */
  #askLonger(response: SrfResponse): boolean {
    const wanted = minSe(response.msg)
    const from = this.#request?.msg.headers['from']
    if (from === undefined || wanted <= Math.max(this.#minSe, this.#stack.session.expires)) return false
    this.#minSe = wanted
    this.#earlySdp = undefined
    this.#remoteTags.clear()
    const cseq = Number.parseInt(this.#request?.msg.headers['cseq'] ?? '', 10) || 0
    this.#send({ From: from, CSeq: `${cseq + 1} INVITE` })
    return true
  }

  /** The same INVITE again with who we are (RFC 3261 §22.2). False when that was refused, or there is nothing to prove it with. */
  #prove(status: 401 | 407, response: SrfResponse): boolean {
    const { account, uri } = this.#options
    const from = this.#request?.msg.headers['from']
    if (account === undefined || from === undefined) return false
    const answer = answerTo(status, (name) => readHeader(response.msg, name), account, { method: 'INVITE', uri })
    if (!answer || this.#proofs >= (answer.stale ? 2 : 1)) return false
    this.#proofs += 1
    this.#earlySdp = undefined
    this.#remoteTags.clear()
    const cseq = Number.parseInt(this.#request?.msg.headers['cseq'] ?? '', 10) || 0
    this.#send({ From: from, CSeq: `${cseq + 1} INVITE`, [answer.header]: answer.value })
    return true
  }

  #answered(response: SrfResponse, ack: () => void, userAgent: string | undefined): void {
    ack()
    const remoteTag = tagIn(response.msg.headers['to'])
    const remoteSdp = this.#agreed.get(remoteTag) ?? (response.msg.body || this.#earlySdp || '')
    const facts = { id: response.stackDialogId, callId: this.#callId, role: 'uac' as const, remoteSdp, localSdp: this.#localSdp, userAgent, session: agreedBy(response.msg), localTag: tagIn(response.msg.headers['from']), remoteTag, allowsUpdate: allows(response.msg, 'UPDATE') }
    const dialog = new Dialog(this.#stack, facts)
    if (this.#over || this.#cancelled) {
      // RFC 3261 §15.1.1: a 2xx that crossed our CANCEL made a call; it is ended at once.
      void dialog.bye(this.#cancelled?.reason ?? 'SIP;cause=200;text="Call completed elsewhere"')
      return this.#fail(cancelledFailure(userAgent))
    }
    this.#settle({ dialog })
    if (this.#onAnswer) guard(this.#stack, 'an answer listener', this.#onAnswer)(dialog)
  }

  #fail(failure: InviteFailure): void {
    if (this.#over) return
    this.#settle({ failure })
    if (this.#onFailure) guard(this.#stack, 'a failure listener', this.#onFailure)(failure)
  }

  #settle(ending: { dialog: SipDialog } | { failure: InviteFailure }): void {
    this.#over = true
    this.#ending = ending
    clearTimeout(this.#cancelDeadline)
    this.#stack.waiting.delete(this)
  }
}

function cancelledFailure(userAgent: string | undefined): InviteFailure {
  return { status: 487, reason: 'Request Terminated', kind: 'cancelled', userAgent, contacts: [] }
}

function contactsOf(response: SrfResponse): string[] {
  const contacts = parseAddressList(readHeader(response.msg, 'contact') ?? '') ?? []
  // RFC 3261 §20.10: the most wanted first; without a q it is 1.
  const wish = (q: string | undefined): number => (q === undefined || !Number.isFinite(Number(q)) ? 1 : Number(q))
  return contacts.toSorted((a, b) => wish(b.params.get('q')) - wish(a.params.get('q'))).map((contact) => contact.uriText)
}

type Directions = Pick<OutgoingRequest, 'nextHop' | 'route'>

function routeOf({ route = [] }: Directions): { Route?: string } {
  return route.length === 0 ? {} : { Route: route.join(', ') }
}

/** The first Route is the next hop by itself. */
function proxyOf({ nextHop, route = [] }: Directions): { proxy?: string } {
  return nextHop === undefined || route.length > 0 ? {} : { proxy: nextHop }
}

/**
 * Sends a request outside of dialogs and resolves with its final response. A 408 or 503 may be the engine's
 * own word for a far end that does not answer. Rejects with Refusal `unavailable` when it could not be sent.
 */
export function sendOutside(stack: Stack, outgoing: OutgoingRequest): Promise<SipResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<SipResponse>()
  const waiting: Waiting = { linkLost: () => reject(linkLostRefusal()) }
  stack.waiting.add(waiting)
  const began = performance.now()
  const options = {
    method: outgoing.method,
    headers: { 'User-Agent': USER_AGENT, ...writeHeaders({ ...routeOf(outgoing), ...outgoing.headers }) },
    ...proxyOf(outgoing),
    ...(outgoing.body === undefined ? {} : { body: outgoing.body }),
  }
  sendRequest(stack, outgoing.uri, options, {
    response: ({ status, reason, msg }) => {
      if (status < 200) return
      stack.waiting.delete(waiting)
      const header = (name: string): string | undefined => readHeader(msg, name)
      resolve({ status, reason, userAgent: header('user-agent') ?? header('server'), header, roundTripMs: performance.now() - began })
    },
    failed: (reason) => {
      stack.waiting.delete(waiting)
      reject(new Refusal('unavailable', `${outgoing.method} could not be sent to ${outgoing.uri}: ${reason}`))
    },
  })
  return promise
}
