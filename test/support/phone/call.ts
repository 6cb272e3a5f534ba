/** One call of the test phone, in either direction. */
import { Audio } from './audio.ts'
import { dialogOfCallee, dialogOfCaller, reasonOf, type Dialog } from './dialog.ts'
import { Journal } from './journal.ts'
import { cseqOf, headerOf, headersOf, labelOf, paramOf, type Header, type SipMessage } from './message.ts'
import { mirrored, readSdp, writeSdp, type Direction } from './sdp.ts'

/** Three ways phones say hold: RFC 3264 sendonly and inactive, and the 0.0.0.0 of RFC 2543. */
export type HoldStyle = 'sendonly' | 'inactive' | 'zero'

export type CallEvent =
  /** A response to our INVITE, each time it came; re-INVITEs too. */
  | { type: 'response'; message: SipMessage }
  /** A request of the peer within the call: ACK, BYE, CANCEL, re-INVITE, UPDATE, INFO, OPTIONS. */
  | { type: 'request'; message: SipMessage }
  /** The call is over. `status` is the final answer to the INVITE when it was never answered. */
  | { type: 'ended'; by: 'peer' | 'self'; how: 'bye' | 'cancel' | 'refused'; status: number; message: SipMessage | undefined }

export type EndedEvent = Extract<CallEvent, { type: 'ended' }>

/** What a call needs of its phone. */
export interface CallHost {
  /** Sends a request within the call; authenticates when asked to. Resolves with the final answer. */
  ask(dialog: Dialog, method: string, headers: Header[], body: string): Promise<SipMessage>
  /** @param sdp the answer, when the 2xx brought the offer */
  acknowledge(dialog: Dialog, sequence: number, sdp?: string): void
  cancel(invite: SipMessage, reason: string | undefined): Promise<SipMessage>
  reply(request: SipMessage, status: number, reason: string, tag: string, headers: Header[], body: string): void
  /** The ACK to our 2xx came. */
  acknowledged(invite: SipMessage): void
  contact: string
  /** The call is over; repeats of its messages are still answered. */
  forget(call: PhoneCall): void
  /** The phone knows nothing of the call any more. */
  drop(call: PhoneCall): void
  /** Without audio, SDP names a port nobody listens on. */
  audio: boolean
  /** It has digits as events (RFC 4733). */
  events: boolean
}

export class PhoneCall {
  readonly direction: 'out' | 'in'
  /** The INVITE that began it; the last one sent when it had to be sent again with credentials. */
  invite: SipMessage
  readonly journal = new Journal<CallEvent>((event) => (event.type === 'ended' ? `ended (${event.how})` : labelOf(event.message)))
  dialog: Dialog | undefined
  /** The caller's, from the first provisional response with a tag. */
  early: Dialog | undefined
  /** Reliable provisional responses get their PRACK at once (RFC 3262); else `prack` gives it. */
  acknowledges = true
  readonly #rseqs = new Set<string>()
  #rseq = 0
  readonly #host: CallHost
  readonly #tag: string
  readonly #payloads: readonly number[]
  #audio: Audio | undefined
  #version = 1
  /** Status for every change that the peer asks for. */
  refuseChanges: number | undefined
  #ended = false
  /** Answer SDP for offers of the peer is built from this. */
  #direction: Direction = 'sendrecv'
  #answered = false
  #cancelled = false
  /** INVITEs and re-INVITEs we answered with 200; their ACK stops the repeats. */
  readonly #accepted: SipMessage[] = []

  constructor(host: CallHost, direction: 'out' | 'in', invite: SipMessage, tag: string, payloads: readonly number[], audio?: Audio) {
    this.#host = host
    this.direction = direction
    this.invite = invite
    this.#tag = tag
    this.#payloads = payloads
    this.#audio = audio
    if (direction === 'in') this.dialog = dialogOfCallee(invite, tag)
  }

  get callId(): string {
    return headerOf(this.invite, 'Call-ID') ?? ''
  }

  /** The sound of this call; there once SDP was sent. */
  get audio(): Audio {
    if (!this.#audio) throw new Error('this call has no audio (yet)')
    return this.#audio
  }

  get isEnded(): boolean {
    return this.#ended
  }

  /** Resolves when a response with this status came to our INVITE. */
  async status(status: number, ms?: number): Promise<SipMessage> {
    const match = (event: CallEvent): boolean => event.type === 'response' && event.message.status === status
    const event = await this.journal.until(match, `${status} from the server`, ms === undefined ? {} : { ms })
    return (event as { message: SipMessage }).message
  }

  /** Resolves when our INVITE was answered with 200. */
  answered(ms?: number): Promise<SipMessage> {
    return this.status(200, ms)
  }

  /** Resolves when the peer sent this method within the call, after `from`. */
  async requested(method: string, options: { from?: number; ms?: number } = {}): Promise<SipMessage> {
    const match = (event: CallEvent): boolean => event.type === 'request' && event.message.method === method
    return ((await this.journal.until(match, `${method} from the server`, options)) as { message: SipMessage }).message
  }

  /** Resolves when the call is over, however it ended. */
  async ended(ms?: number): Promise<EndedEvent> {
    const event = await this.journal.until((one) => one.type === 'ended', 'the end of the call', ms === undefined ? {} : { ms })
    return event as EndedEvent
  }

  /** Callee: 180 without SDP. */
  ring(): void {
    this.#host.reply(this.invite, 180, reasonOf(180), this.#tag, [['Contact', this.#host.contact]], '')
  }

  /** Callee: 183 with SDP; `audio.play` is then heard by the caller before the answer. Reliable: until the PRACK came. */
  async progress(reliable = false): Promise<void> {
    const sdp = await this.#answerSdp(this.invite.body)
    const from = this.journal.mark()
    if (reliable) this.#rseq = this.#rseq === 0 ? 71 : this.#rseq + 1
    const reliably: Header[] = reliable ? [['Require', '100rel'], ['RSeq', String(this.#rseq)], ['Allow', 'INVITE, ACK, BYE, PRACK, UPDATE']] : []
    this.#host.reply(this.invite, 183, reasonOf(183), this.#tag, [['Contact', this.#host.contact], ...reliably], sdp)
    if (reliable) await this.requested('PRACK', { from })
  }

  /** Caller: PRACK for a reliable provisional response; resolves with its answer. */
  async prack(response: SipMessage, sdp = ''): Promise<SipMessage> {
    this.early ??= dialogOfCaller(this.invite, response)
    const answer = await this.#host.ask(this.early, 'PRACK', [['RAck', `${headerOf(response, 'RSeq')} ${headerOf(response, 'CSeq')}`]], sdp)
    if (answer.status < 300) this.hear(answer)
    return answer
  }

  /** UPDATE with a new offer, before the answer or after it (RFC 3311); resolves with its answer. */
  async update(sdp = this.#sdp('sendrecv')): Promise<SipMessage> {
    const answer = await this.#host.ask(this.dialog ?? this.early ?? this.#needDialog(), 'UPDATE', [['Contact', this.#host.contact]], sdp)
    if (answer.status < 300) this.hear(answer)
    return answer
  }

  /** Our SDP once more, with this direction. */
  describe(direction: Direction = 'sendrecv'): string {
    return this.#sdp(direction)
  }

  /** Callee: 200. Resolves when the ACK came. */
  async answer(ms?: number, headers: Header[] = []): Promise<void> {
    this.pickUp(await this.#answerSdp(this.invite.body), headers)
    await this.requested('ACK', ms === undefined ? {} : { ms })
  }

  /** Callee: sends the 200 with this SDP and does not wait. */
  pickUp(sdp: string, headers: Header[] = []): void {
    this.#answered = true
    this.#accepted.push(this.invite)
    this.#host.reply(this.invite, 200, reasonOf(200), this.#tag, [['Contact', this.#host.contact], ...headers], sdp)
  }

  /** Callee: a final refusal. */
  reject(status = 486, headers: Header[] = []): void {
    this.#host.reply(this.invite, status, reasonOf(status), this.#tag, headers, '')
    this.end('self', 'refused', status, undefined)
  }

  /** Caller: CANCEL before an answer; resolves with the answer to the CANCEL. */
  cancel(reason?: string): Promise<SipMessage> {
    this.#cancelled = true
    return this.#host.cancel(this.invite, reason)
  }

  /** Hangs up; resolves with the answer to the BYE. */
  async bye(headers: Header[] = []): Promise<SipMessage> {
    const dialog = this.#needDialog()
    const answer = this.#host.ask(dialog, 'BYE', headers, '')
    this.#audio?.silence()
    const message = await answer
    this.end('self', 'bye', message.status, message)
    return message
  }

  /** INFO with this body; resolves with the answer. */
  info(contentType: string, body: string): Promise<SipMessage> {
    return this.#host.ask(this.#needDialog(), 'INFO', [['Content-Type', contentType]], body)
  }

  /** Any request within the call; resolves with its answer. */
  ask(method: string, headers: Header[], body = ''): Promise<SipMessage> {
    return this.#host.ask(this.#needDialog(), method, [['Contact', this.#host.contact], ...headers], body)
  }

  /** Asks the server to connect the other side with `target`, the value of Refer-To; resolves with the answer to the REFER. */
  refer(target: string, headers: Header[] = []): Promise<SipMessage> {
    return this.#host.ask(this.#needDialog(), 'REFER', [['Refer-To', target], ['Contact', this.#host.contact], ...headers], '')
  }

  /** The status line that a NOTIFY about our REFER carried (RFC 3515 §2.4.5); resolves with the first that `fits`. */
  async referred(fits: RegExp, ms?: number): Promise<SipMessage> {
    const match = (event: CallEvent): boolean => event.type === 'request' && event.message.method === 'NOTIFY' && fits.test(event.message.body)
    return ((await this.journal.until(match, `a NOTIFY with ${fits}`, ms === undefined ? {} : { ms })) as { message: SipMessage }).message
  }

  /** This call, ringing or answered, as a Replaces header names it to the server (RFC 3891): its tag is the server's own. */
  get name(): string {
    const { callId, local, remote } = this.dialog ?? this.early ?? this.#needDialog()
    return `${callId};to-tag=${paramOf(remote, 'tag')};from-tag=${paramOf(local, 'tag')}`
  }

  /** Puts the other side on hold with a re-INVITE; resolves with the answer. */
  hold(style: HoldStyle): Promise<SipMessage> {
    const direction = style === 'inactive' ? 'inactive' : style === 'sendonly' ? 'sendonly' : 'sendrecv'
    return this.reinvite(this.#sdp(direction, style === 'zero' ? '0.0.0.0' : undefined))
  }

  resume(): Promise<SipMessage> {
    return this.reinvite(this.#sdp('sendrecv'))
  }

  /** A re-INVITE with this SDP, acknowledged when it is answered. */
  async reinvite(sdp: string): Promise<SipMessage> {
    const answer = await this.#host.ask(this.#needDialog(), 'INVITE', [['Contact', this.#host.contact]], sdp)
    if (answer.status < 300) {
      this.#host.acknowledge(this.#needDialog(), cseqOf(answer).number)
      this.hear(answer)
    }
    return answer
  }

  /** Takes the address and codec of the peer's SDP, if the message carries one. */
  hear(message: SipMessage): void {
    const remote = message.body ? readSdp(message.body) : undefined
    if (!remote || !this.#audio) return
    this.#audio.remote = remote.audio
    this.#audio.payload = remote.payloads.find((payload) => this.#payloads.includes(payload) && payload !== 101) ?? 0
    this.#audio.sending = remote.direction === 'sendrecv' || remote.direction === 'recvonly'
  }

  /** The phone: a response to the INVITE of this call. */
  receiveResponse(message: SipMessage): void {
    if (message.status > 100 && message.status < 300) this.hear(message)
    if (message.status > 100 && message.status < 200) void this.#receiveProgress(message)
    if (message.status >= 200 && message.status < 300) {
      this.dialog ??= { ...dialogOfCaller(this.invite, message), ...(this.early ? { sequence: this.early.sequence } : {}) }
      this.#answered = true
      if (message.body && !this.invite.body) return void this.#answerLate(this.dialog, message)
      this.#host.acknowledge(this.dialog, cseqOf(message).number)
    }
    this.journal.add({ type: 'response', message })
    const ours = this.#cancelled && message.status === 487
    if (message.status >= 300) this.end(ours ? 'self' : 'peer', ours ? 'cancel' : 'refused', message.status, message)
  }

  /** Our INVITE had no offer, so theirs is answered in the ACK (RFC 3261 §13.2.1). */
  async #answerLate(dialog: Dialog, message: SipMessage): Promise<void> {
    this.#host.acknowledge(dialog, cseqOf(message).number, await this.#answerSdp(message.body))
    this.journal.add({ type: 'response', message })
  }

  async #receiveProgress(message: SipMessage): Promise<void> {
    if (paramOf(headerOf(message, 'To') ?? '', 'tag') !== undefined) this.early ??= dialogOfCaller(this.invite, message)
    const rseq = headerOf(message, 'RSeq')
    if (rseq === undefined || !this.acknowledges || this.#rseqs.has(rseq)) return
    this.#rseqs.add(rseq)
    // Without an offer of ours the response brought theirs (RFC 3262 §5).
    await this.prack(message, message.body && !this.invite.body ? await this.#answerSdp(message.body) : '')
  }

  /** The phone: a request of the peer within this call. */
  async receiveRequest(message: SipMessage): Promise<void> {
    switch (message.method) {
      case 'ACK':
        for (const one of this.#accepted) if (cseqOf(one).number === cseqOf(message).number) this.#host.acknowledged(one)
        if (message.body) this.hear(message)
        break
      case 'BYE':
        this.#host.reply(message, 200, 'OK', this.#tag, [], '')
        this.journal.add({ type: 'request', message })
        this.end('peer', 'bye', 200, message)
        return
      case 'CANCEL':
        this.#host.reply(message, 200, 'OK', this.#tag, [], '')
        this.journal.add({ type: 'request', message })
        if (this.#answered || this.#ended) return
        this.#host.reply(this.invite, 487, reasonOf(487), this.#tag, [], '')
        this.end('peer', 'cancel', 487, message)
        return
      case 'INVITE':
      case 'UPDATE':
        await this.#receiveOffer(message)
        break
      default:
        this.#host.reply(message, 200, 'OK', this.#tag, [], '')
    }
    this.journal.add({ type: 'request', message })
  }

  /** Our SDP for an outgoing INVITE. */
  async offer(): Promise<string> {
    await this.#openAudio()
    return this.#sdp('sendrecv')
  }

  /** As if the phone had restarted: it answers 481 for this call from now on. */
  forgetEverything(): void {
    this.#ended = true
    this.#audio?.silence()
    this.#host.drop(this)
  }

  /** Ends it in the phone's books; nothing is sent. */
  end(by: 'peer' | 'self', how: 'bye' | 'cancel' | 'refused', status: number, message: SipMessage | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#audio?.silence()
    this.journal.add({ type: 'ended', by, how, status, message })
    this.#host.forget(this)
  }

  /** Sends no more audio. */
  mute(): void {
    this.#audio?.silence()
  }

  async close(): Promise<void> {
    await this.#audio?.close()
  }

  async #receiveOffer(message: SipMessage): Promise<void> {
    if (this.refuseChanges !== undefined) return this.#host.reply(message, this.refuseChanges, reasonOf(this.refuseChanges), this.#tag, [], '')
    if (message.method === 'INVITE') this.#accepted.push(message)
    const sdp = message.body ? await this.#answerSdp(message.body) : message.method === 'INVITE' ? this.#sdp(this.#direction) : ''
    // RFC 4028 §9: what is said of the session timer is said back.
    const timer = headersOf(message, 'Session-Expires').map((value): Header => ['Session-Expires', value])
    this.#host.reply(message, 200, 'OK', this.#tag, [['Contact', this.#host.contact], ...timer], sdp)
  }

  async #answerSdp(offer: string): Promise<string> {
    await this.#openAudio()
    const remote = offer ? readSdp(offer) : undefined
    if (remote) this.hear({ ...this.invite, body: offer })
    const shared = remote ? this.#payloads.filter((payload) => remote.payloads.includes(payload)) : this.#payloads
    return this.#sdp(remote ? mirrored(remote.direction) : 'sendrecv', undefined, shared)
  }

  #sdp(direction: Direction, connection?: string, payloads: readonly number[] = this.#payloads): string {
    this.#direction = direction
    const audio = this.#audio?.local ?? { host: '127.0.0.1', port: 9 }
    return writeSdp({ audio, payloads, events: this.#host.events, direction, version: this.#version++, ...(connection === undefined ? {} : { connection }) })
  }

  async #openAudio(): Promise<void> {
    if (this.#host.audio) this.#audio ??= await Audio.open()
  }

  #needDialog(): Dialog {
    if (!this.dialog) throw new Error('this call has no dialog yet')
    return this.dialog
  }
}
