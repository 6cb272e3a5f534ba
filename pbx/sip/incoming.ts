import { Refusal } from '../../config/errors.ts'
import { parseAddress, tagIn } from './address.ts'
import { Dialog } from './dialog.ts'
import { EarlyOffers } from './early.ts'
import type { InviteOwner } from './pending-invites.ts'
import { ALLOW_IN_DIALOG, readHeader, readReason, SUPPORTED, transportOf, writeHeaders } from './headers.ts'
import { randomToken } from '../../config/ids.ts'
import { allows, answerSession, requires, supports } from './session-timer.ts'
import type { SrfReply, SrfRequest } from './srf-types.ts'
import { gatherWrites, guard, linkLostRefusal } from './stack.ts'
import type { OpenDialog, Stack, Waiting } from './stack.ts'
import type { DialogName, IncomingInvite, IncomingRequest, ReplyOptions, SipAddress, SipDialog, SipOrigin, SipUri } from './types.ts'
import { parseUri } from './uri.ts'

const NOBODY: readonly string[] = []

/** A request as it came in. Nothing is parsed before somebody asks; what is malformed is refused then. */
export class ReceivedRequest implements IncomingRequest {
  readonly method: string
  readonly callId: string
  protected readonly stack: Stack
  protected readonly req: SrfRequest
  protected readonly res: SrfReply
  #requestUri: SipUri | undefined
  #from: SipAddress | undefined
  #to: SipAddress | undefined
  #source: SipOrigin | undefined

  constructor(stack: Stack, req: SrfRequest, res: SrfReply) {
    this.stack = stack
    this.req = req
    this.res = res
    this.method = req.msg.method
    this.callId = req.msg.headers['call-id'] ?? ''
  }

  get cseq(): number {
    const number = /^(\d{1,10})\s/.exec(this.req.msg.headers['cseq'] ?? '')?.[1]
    // RFC 3261 §8.1.1.5: less than 2**31.
    if (number === undefined || Number(number) >= 2 ** 31) throw new Refusal('malformed', 'The CSeq header is malformed')
    return Number(number)
  }

  get requestUri(): SipUri {
    this.#requestUri ??= parseUri(this.req.msg.uri)
    if (!this.#requestUri) throw new Refusal('malformed', 'The Request-URI is malformed')
    return this.#requestUri
  }

  get from(): SipAddress {
    return (this.#from ??= this.#address('From'))
  }

  get to(): SipAddress {
    return (this.#to ??= this.#address('To'))
  }

  #address(name: 'From' | 'To'): SipAddress {
    const address = parseAddress(this.header(name) ?? '')
    if (!address) throw new Refusal('malformed', `The ${name} header is malformed`)
    return address
  }

  get source(): SipOrigin {
    return (this.#source ??= {
      transport: transportOf(this.req.protocol, this.req.msg),
      address: this.req.source_address,
      port: this.req.source_port,
      certified: this.req.sessionToken ? this.req.sessionToken.split(',') : NOBODY,
    })
  }

  get userAgent(): string | undefined {
    return this.header('user-agent')
  }

  get body(): string {
    return this.req.msg.body ?? ''
  }

  get contentType(): string | undefined {
    return this.header('content-type')
  }

  header(name: string): string | undefined {
    return readHeader(this.req.msg, name)
  }

  get answered(): boolean {
    return this.res.finished
  }

  reply(status: number, options: ReplyOptions = {}): void {
    if (this.res.finished) {
      this.stack.logger.warn({ callId: this.callId, status }, `${this.method} was already answered; a second answer is not sent`)
      return
    }
    gatherWrites(this.stack)
    const headers = options.headers ? writeHeaders(options.headers) : {}
    if (options.body !== undefined && options.contentType !== undefined) headers['Content-Type'] = options.contentType
    send(this.res, status, options.reason, { headers, ...(options.body === undefined ? {} : { body: options.body }) })
  }
}

/** srf refuses to send a status it has no words for (607, say); the first of its class says the same (RFC 3261 §8.1.3.2). */
function send(res: SrfReply, status: number, reason: string | undefined, options: { headers: Record<string, string>; body?: string }): void {
  const words = reason?.replace(/[\r\n]+/g, ' ')
  try {
    res.send(status, words, options)
  } catch {
    res.send(status - (status % 100), words, options)
  }
}

/** An INVITE that may become a dialog. It is over with a final answer, a CANCEL or the loss of the link. */
export class ReceivedInvite extends ReceivedRequest implements IncomingInvite, InviteOwner, OpenDialog, Waiting {
  /** Of our responses; undefined before the first that makes a dialog. */
  #tag: string | undefined
  readonly #offers: EarlyOffers
  /** What was last agreed on before the answer. */
  #remoteSdp: string
  /** A description of ours went out reliably: in the INVITE's transaction there is no other (RFC 3261 §13.2.1). */
  #described = false
  #onEarlyAnswer: ((answer: string) => void) | undefined
  #dialog: Dialog | undefined
  #rejectAccept: ((error: unknown) => void) | undefined
  #cancelled: { reason: string | undefined } | undefined
  #onCancel: ((reason: string | undefined) => void) | undefined

  constructor(stack: Stack, req: SrfRequest, res: SrfReply) {
    super(stack, req, res)
    this.#remoteSdp = this.body
    this.#offers = new EarlyOffers(stack, this.body === '' ? 'nobody' : 'theirs', (_req, offer) => this.#agreed(offer))
    // srf looks for whom an UPDATE is at the INVITE itself.
    req.on('update', guard(stack, 'an early UPDATE', (update, reply) => this.handle(update, reply)))
    stack.waiting.add(this)
    stack.invites.add(req, this)
  }

  override get answered(): boolean {
    return this.#cancelled !== undefined || super.answered
  }

  override reply(status: number, options: ReplyOptions = {}): void {
    // After a CANCEL the engine has sent 487 already.
    if (this.#cancelled) return
    super.reply(status, options)
    this.#settle()
  }

  progress(status: number, options: { reason?: string; sdp?: string; headers?: Readonly<Record<string, string>> } = {}): void {
    if (this.answered) return
    const headers = writeHeaders(options.headers ?? {})
    const reliable = this.#isReliable(options.sdp !== undefined)
    const sdp = this.#described ? undefined : options.sdp
    if (sdp !== undefined) headers['Content-Type'] = 'application/sdp'
    if (reliable) {
      // RFC 3311 §4: who hears of UPDATE here may use it at once.
      Object.assign(headers, { Require: '100rel', Allow: ALLOW_IN_DIALOG, Supported: SUPPORTED })
      this.#described ||= sdp !== undefined
      if (sdp !== undefined) this.#offers.turn = this.body === '' ? 'ours' : 'nobody'
    }
    this.#tagged(headers)
    send(this.res, status, options.reason, { headers, ...(sdp === undefined ? {} : { body: sdp }) })
  }

  get early(): readonly DialogName[] {
    return this.#tag === undefined || this.answered ? [] : [{ callId: this.callId, localTag: this.#tag, remoteTag: this.#remoteTag }]
  }

  get wantsOffer(): boolean {
    return this.body === '' && !this.#described && this.#isReliable(false)
  }

  onEarlyOffer(handler: (offer: string) => Promise<string>): void {
    this.#offers.onOffer = handler
  }

  onEarlyAnswer(handler: (answer: string) => void): void {
    this.#onEarlyAnswer = handler
  }

  /** A request of the caller in the dialog that our provisional responses made. */
  handle(req: SrfRequest, res: SrfReply): void {
    switch (req.msg.method) {
      case 'PRACK': {
        const answer = req.msg.body
        if (!answer || this.#offers.turn !== 'ours') return this.#offers.take(req, res)
        this.#offers.turn = 'nobody'
        this.#agreed(answer)
        res.send(200, undefined, {})
        return this.#onEarlyAnswer?.(answer)
      }
      case 'UPDATE':
        return this.#offers.take(req, res)
      case 'INFO':
      case 'OPTIONS':
        return res.send(200, undefined, { headers: { Allow: ALLOW_IN_DIALOG } })
      default:
        return res.send(481, undefined, {})
    }
  }

  #agreed(remoteSdp: string): void {
    this.#remoteSdp = remoteSdp
    if (this.#dialog) this.#dialog.remoteSdp = remoteSdp
  }

  /** RFC 3262 §3: all of them for who insists; for who merely can, as the settings say. */
  #isReliable(media: boolean): boolean {
    const { msg } = this.req
    if (requires(msg, '100rel')) return true
    const { reliable } = this.stack
    return supports(msg, '100rel') && (reliable === 'all' || (reliable === 'media' && media))
  }

  get #remoteTag(): string {
    return tagIn(this.req.msg.headers['from'])
  }

  /** The first response that makes a dialog gives it a tag of ours, by which others may name it (RFC 3891). */
  #tagged(headers: Record<string, string>): void {
    if (this.#tag !== undefined) return
    this.#tag = randomToken(16)
    headers['To'] = `${this.req.msg.headers['to'] ?? ''};tag=${this.#tag}`
    this.stack.early.set(this.#dialogId, this)
  }

  get #dialogId(): string {
    return `${this.callId};from-tag=${this.#remoteTag}`
  }

  accept(sdp: string, headers: Readonly<Record<string, string>> = {}): Promise<SipDialog> {
    const { promise, resolve, reject } = Promise.withResolvers<SipDialog>()
    if (this.answered) {
      reject(new Refusal('gone', 'The caller hung up before the call was answered.'))
      return promise
    }
    const session = answerSession(this.req.msg, this.stack.session)
    // Our offer was made and answered before: a description here would be taken for another.
    const body = this.body === '' && this.#remoteSdp !== '' ? undefined : sdp
    const type = body === undefined ? {} : { 'Content-Type': 'application/sdp' }
    const options = { headers: { Allow: ALLOW_IN_DIALOG, Supported: SUPPORTED, ...type, ...session.headers, ...writeHeaders(headers) }, ...(body === undefined ? {} : { body }) }
    this.#rejectAccept = reject
    this.res.send(200, undefined, options, guard(this.stack, 'answering an INVITE', (error, sent) => {
      this.stack.waiting.delete(this)
      this.#rejectAccept = undefined
      if (error) {
        // The CANCEL crossed our 200: srf dropped it, the engine has answered 487 and knows no transaction any more.
        this.#cancel(undefined)
        return reject(new Refusal('gone', 'The caller hung up just as the call was answered.'))
      }
      const dialog = new Dialog(this.stack, {
        id: this.res.stackDialogId,
        callId: this.callId,
        role: 'uas',
        remoteSdp: this.#remoteSdp,
        localSdp: sdp,
        userAgent: this.userAgent,
        session: session.agreed,
        localTag: tagIn(sent?.headers['to']),
        remoteTag: this.#remoteTag,
        allowsUpdate: allows(this.req.msg, 'UPDATE'),
      })
      this.#dialog = dialog
      // Until the ACK a PRACK may be on its way.
      dialog.awaitAck((acked) => (this.#forgetEarly(), resolve(acked)), (refusal) => (this.#forgetEarly(), reject(refusal)))
    }))
    this.stack.invites.remove(this.req)
    return promise
  }

  onCancel(listener: (reason: string | undefined) => void): void {
    this.#onCancel = listener
    const cancelled = this.#cancelled
    if (cancelled) queueMicrotask(guard(this.stack, 'a cancel listener', () => listener(cancelled.reason)))
  }

  /** The caller gave up in its early dialog by BYE, which it may (RFC 3261 §15): the INVITE ends with 487. */
  endedByBye(reason: string | undefined): void {
    if (this.answered) return
    send(this.res, 487, undefined, { headers: {} })
    this.#cancel(reason)
  }

  cancelled(reason: string | undefined): void {
    this.#cancel(readReason(reason))
  }

  linkLost(reason: string): void {
    this.#cancel(reason)
    this.#rejectAccept?.(linkLostRefusal())
  }

  #cancel(reason: string | undefined): void {
    if (this.#cancelled) return
    this.#cancelled = { reason }
    this.#settle()
    if (this.#onCancel) guard(this.stack, 'a cancel listener', this.#onCancel)(reason)
  }

  #settle(): void {
    this.stack.waiting.delete(this)
    this.stack.invites.remove(this.req)
    this.#forgetEarly()
  }

  #forgetEarly(): void {
    if (this.stack.early.get(this.#dialogId) === this) this.stack.early.delete(this.#dialogId)
  }
}

