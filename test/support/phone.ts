/**
 * Our own small SIP phone, for tests: registers, calls, answers, sends a tone and listens for one.
 * It is written from the RFCs, imports nothing of the server, and so shares no mistake with it.
 *
 *   const alice = await openPhone({ server, user: '100', password })
 *   await alice.register()
 *   const call = await alice.invite('101')
 *   await call.status(180)
 */
import { randomBytes } from 'node:crypto'
import { PhoneCall, type CallHost } from './phone/call.ts'
import { answerChallenge, parseChallenge, type DigestAlgorithm } from './phone/digest.ts'
import { dialogHeaders, reasonOf, responseTo, type Dialog } from './phone/dialog.ts'
import { DEADLINE_MS, Journal } from './phone/journal.ts'
import { openStreamLine, openUdpLine, openWebSocketLine, type Line, type PhoneTransport, type Place } from './phone/line.ts'
import { callIdOf, cseqOf, headerOf, headersOf, labelOf, need, parseMessage, paramOf, uriOf, type Header, type SipMessage } from './phone/message.ts'
import { Transactions } from './phone/transactions.ts'

export { PhoneCall, type CallEvent, type EndedEvent, type HoldStyle } from './phone/call.ts'
export { headerOf, headersOf, paramOf, type SipMessage } from './phone/message.ts'
export { readSdp, writeSdp } from './phone/sdp.ts'
export type { PhoneTransport, Place } from './phone/line.ts'

export interface PhoneOptions {
  server: Place
  /** Digest user name and the user of the address of record. */
  user: string
  password: string
  transport?: PhoneTransport
  /** PEM of the authority that it trusts, for tls and wss. */
  trusts?: string
  /** Address its signalling comes from; 127.0.0.1 when absent. */
  address?: string
  /** Which challenge is answered when several are offered. */
  algorithm?: DigestAlgorithm
  /** Address put in Contact instead of our own: the far side of a lossy relay. */
  contact?: Place
  /** False: SDP names a port nobody listens on, for calls without sound. */
  audio?: boolean
  /** RTP payload types offered and accepted, in order. */
  payloads?: readonly number[]
  /** False: it knows no digits as events (RFC 4733). */
  events?: boolean
  /** First retransmission interval in milliseconds (RFC 3261 T1). */
  t1?: number
  /** What is not heard is lost on its way. */
  hears?: (text: string) => boolean
}

export async function openPhone(options: PhoneOptions): Promise<Phone> {
  const phone = new Phone(options)
  await phone.connect()
  return phone
}

export class Phone {
  readonly options: PhoneOptions
  /** Every message that came in, for looking back. */
  readonly received = new Journal<SipMessage>(labelOf)
  readonly incoming = new Journal<PhoneCall>((call) => call.callId)
  /** Called with each new incoming call, for phones that answer by themselves. */
  onCall: ((call: PhoneCall) => void) | undefined
  /** Says how a request outside of calls and subscriptions is answered; 0: not at all; undefined: as a phone that takes OPTIONS and MESSAGE alone. */
  answers: ((request: SipMessage) => number | undefined) | undefined
  lineClosed = false
  /** Its GRUU, from then on its Contact in calls (RFC 5627 §4.3). */
  gruu: string | undefined
  #line!: Line
  #transactions!: Transactions
  readonly #calls = new Map<string, PhoneCall>()
  readonly #past: PhoneCall[] = []
  readonly #dropped: PhoneCall[] = []
  #silent = false
  /** By Call-ID. */
  readonly #subscriptions = new Map<string, Dialog>()
  #registerSequence = 0
  readonly #registerCallId = randomBytes(8).toString('hex')

  constructor(options: PhoneOptions) {
    this.options = options
  }

  /** @internal opened by `openPhone` */
  async connect(): Promise<void> {
    const { address = '127.0.0.1' } = this.options
    const onText = (text: string, from: Place): void => this.#receive(text, from)
    const onClosed = (): void => void (this.lineClosed = true)
    const { server, transport = 'udp', trusts = '' } = this.options
    const secure = transport === 'tls' || transport === 'wss' ? trusts : undefined
    if (transport === 'udp') this.#line = await openUdpLine(server, onText, address)
    else if (transport === 'tcp' || transport === 'tls') this.#line = await openStreamLine(server, onText, onClosed, address, secure)
    else this.#line = await openWebSocketLine(server, onText, onClosed, address, secure)
    this.#transactions = new Transactions(this.#line, this.options.t1 ?? 500, {
      onRequest: (request) => this.#onRequest(request),
      onStray: (response) => this.#onStray(response),
    })
  }

  get local(): Place {
    return this.#line.local
  }

  get contact(): string {
    const { contact } = this.options
    if (this.gruu !== undefined) return `<${this.gruu}>`
    return `<sip:${this.options.user}@${contact ? `${contact.host}:${contact.port}` : this.#line.name}${this.#line.parameter}>`
  }

  get repeats(): { sent: number; received: number } {
    return { sent: this.#transactions.repeatsSent, received: this.#transactions.repeatsReceived }
  }

  get calls(): PhoneCall[] {
    return [...this.#calls.values()]
  }

  /** REGISTER with digest; resolves with the final answer, whatever it is. */
  register(options: { expires?: number; contact?: string; headers?: Header[] } = {}): Promise<SipMessage> {
    const address = `<sip:${this.options.user}@${this.options.server.host}>`
    const build = (): Header[] => [
      ['From', `${address};tag=${newTag()}`],
      ['To', address],
      ['Call-ID', this.#registerCallId],
      ['CSeq', `${++this.#registerSequence} REGISTER`],
      ['Max-Forwards', '70'],
      ['Contact', options.contact ?? this.contact],
      ['Expires', String(options.expires ?? 600)],
      ...(options.headers ?? []),
    ]
    return this.#askWithDigest('REGISTER', this.#serverUri, build, '')
  }

  unregister(): Promise<SipMessage> {
    return this.register({ expires: 0 })
  }

  /** Any request outside a dialog; resolves with the final answer. Digest is given when asked for. */
  request(method: string, uri = this.#serverUri, headers: Header[] = [], body = ''): Promise<SipMessage> {
    const callId = randomBytes(8).toString('hex')
    const from = `<sip:${this.options.user}@${this.options.server.host}>;tag=${newTag()}`
    let sequence = 0
    const build = (): Header[] => [
      ['From', from],
      ['To', `<${uri}>`],
      ['Call-ID', callId],
      ['CSeq', `${++sequence} ${method}`],
      ['Max-Forwards', '70'],
      ['Contact', this.contact],
      ...headers,
    ]
    return this.#askWithDigest(method, uri, build, body)
  }

  /** SUBSCRIBE, or again with a subscription's answer as `to`; its NOTIFYs are answered and found in `received`. */
  async subscribe(event: string, options: { to?: SipMessage; uri?: string; expires?: number; headers?: Header[] } = {}): Promise<SipMessage> {
    const { to } = options
    const more: Header[] = [['Event', event], ['Contact', this.contact], ...(options.expires === undefined ? [] : [['Expires', String(options.expires)] as Header]), ...(options.headers ?? [])]
    if (to) return this.#askInDialog(this.#subscriptions.get(callIdOf(to)) as Dialog, 'SUBSCRIBE', more, '')
    const uri = options.uri ?? `sip:${this.options.user}@${this.options.server.host}:${this.options.server.port}`
    const callId = randomBytes(8).toString('hex')
    const local = `<sip:${this.options.user}@${this.options.server.host}>;tag=${newTag()}`
    const dialog: Dialog = { callId, local, remote: `<${uri}>`, target: uri, routes: [], sequence: 0 }
    // A NOTIFY may come before the answer.
    this.#subscriptions.set(callId, dialog)
    const answer = await this.#askInDialog(dialog, 'SUBSCRIBE', more, '')
    dialog.remote = need(answer, 'To')
    dialog.target = uriOf(headerOf(answer, 'Contact') ?? uri)
    return answer
  }

  /** INVITE to a number. Resolves as soon as it was sent; what comes of it is in the call. */
  async invite(number: string, options: { sdp?: string; headers?: Header[]; uri?: string } = {}): Promise<PhoneCall> {
    const uri = options.uri ?? `sip:${number}@${this.options.server.host}:${this.options.server.port}${this.#line.parameter}`
    const invite: SipMessage = {
      method: 'INVITE',
      uri,
      status: 0,
      reason: '',
      headers: [
        ['From', `<sip:${this.options.user}@${this.options.server.host}>;tag=${newTag()}`],
        ['To', `<sip:${number}@${this.options.server.host}>`],
        ['Call-ID', randomBytes(12).toString('hex')],
        ['CSeq', '1 INVITE'],
        ['Max-Forwards', '70'],
        ['Contact', this.contact],
        ['User-Agent', 'Dialplane test phone'],
        ...(options.headers ?? []),
      ],
      body: '',
    }
    const call = new PhoneCall(this.#host, 'out', invite, '', this.#payloads)
    const sdp = options.sdp ?? (await call.offer())
    if (sdp) invite.headers.push(['Content-Type', 'application/sdp'])
    invite.body = sdp
    this.#calls.set(call.callId, call)
    this.#sendInvite(call, invite)
    return call
  }

  /** The next incoming call after `from` (see `incoming.mark()`), the first one ever when absent. */
  nextCall(options: { from?: number; ms?: number } = {}): Promise<PhoneCall> {
    return this.incoming.until(() => true, `an INVITE at ${this.options.user}`, options)
  }

  /** Bytes on the wire exactly as given. */
  sendRaw(bytes: string | Buffer): void {
    this.#line.send(bytes)
  }

  /** From now on the phone neither answers nor sends anything: the cable is pulled. */
  vanish(): void {
    this.#silent = true
    this.#transactions.close()
    for (const call of this.#calls.values()) call.mute()
  }

  async close(): Promise<void> {
    this.#transactions.close()
    await Promise.all([...this.#calls.values(), ...this.#past, ...this.#dropped].map((call) => call.close()))
    await this.#line.close()
  }

  get #payloads(): readonly number[] {
    return this.options.payloads ?? [0, 8]
  }

  get #serverUri(): string {
    return `sip:${this.options.server.host}:${this.options.server.port}`
  }

  get #host(): CallHost {
    return {
      contact: this.contact,
      audio: this.options.audio ?? true,
      events: this.options.events ?? true,
      ask: (dialog, method, headers, body) => this.#askInDialog(dialog, method, headers, body),
      acknowledge: (dialog, sequence, sdp = '') => this.#transactions.sendOnce(this.#build('ACK', dialog.target, dialogHeaders(dialog, 'ACK', sequence), sdp)),
      cancel: (invite, reason) => this.#cancel(invite, reason),
      reply: (request, status, reason, tag, headers, body) => this.#transactions.reply(request, responseTo(request, status, reason, tag, headers, body)),
      acknowledged: (invite) => this.#transactions.acknowledged(invite),
      forget: (call) => {
        this.#calls.delete(call.callId)
        this.#past.push(call)
      },
      drop: (call) => {
        this.#calls.delete(call.callId)
        this.#dropped.push(call)
      },
    }
  }

  #build(method: string, uri: string, headers: Header[], body: string): SipMessage {
    const via: Header = ['Via', `SIP/2.0/${this.#line.transport.toUpperCase()} ${this.#line.name};rport;branch=${this.#transactions.newBranch()}`]
    const type: Header[] = body && !headers.some(([name]) => name === 'Content-Type') ? [['Content-Type', 'application/sdp']] : []
    return { method, uri, status: 0, reason: '', headers: [via, ...headers, ...type], body }
  }

  /** Sends, and once more with credentials when challenged; another nonce that went stale is answered too. */
  async #askWithDigest(method: string, uri: string, build: () => Header[], body: string): Promise<SipMessage> {
    let credentials: Header[] = []
    for (let attempt = 0; ; attempt++) {
      const request = this.#build(method, uri, [...build(), ...credentials], body)
      const answer = await new Promise<SipMessage>((resolve) => this.#transactions.request(request, (one) => void (one.status >= 200 && resolve(one))))
      const next = this.#credentials(answer, method, uri)
      if (!next || attempt >= 2 || (attempt === 1 && !next.stale)) return answer
      credentials = [next.header]
    }
  }

  #askInDialog(dialog: Dialog, method: string, headers: Header[], body: string): Promise<SipMessage> {
    return this.#askWithDigest(method, dialog.target, () => [...dialogHeaders(dialog, method, ++dialog.sequence), ...headers], body)
  }

  #sendInvite(call: PhoneCall, invite: SipMessage, challenged = false): void {
    const request = this.#build('INVITE', invite.uri, invite.headers, invite.body)
    call.invite = request
    this.#transactions.request(request, (response) => {
      const next = challenged ? undefined : this.#credentials(response, 'INVITE', invite.uri)
      if (!next) return call.receiveResponse(response)
      const headers = invite.headers.map(([name, value]): Header => (name === 'CSeq' ? ['CSeq', '2 INVITE'] : [name, value]))
      this.#sendInvite(call, { ...invite, headers: [...headers, next.header] }, true)
    })
  }

  #credentials(answer: SipMessage, method: string, uri: string): { header: Header; stale: boolean } | undefined {
    if (answer.status !== 401 && answer.status !== 407) return undefined
    const offered = headersOf(answer, answer.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate').map(parseChallenge)
    const wanted = this.options.algorithm ?? 'MD5'
    const challenge = offered.find((one) => one?.algorithm === wanted)
    if (!challenge) return undefined
    const value = answerChallenge(challenge, { user: this.options.user, password: this.options.password, method, uri, count: 1 })
    return { header: [answer.status === 401 ? 'Authorization' : 'Proxy-Authorization', value], stale: challenge.stale }
  }

  /** CANCEL shares branch, Request-URI and CSeq number with its INVITE (RFC 3261 §9.1). */
  #cancel(invite: SipMessage, reason: string | undefined): Promise<SipMessage> {
    const cancel: SipMessage = {
      method: 'CANCEL',
      uri: invite.uri,
      status: 0,
      reason: '',
      headers: [
        ['Via', need(invite, 'Via')],
        ['From', need(invite, 'From')],
        ['To', need(invite, 'To')],
        ['Call-ID', callIdOf(invite)],
        ['CSeq', `${cseqOf(invite).number} CANCEL`],
        ['Max-Forwards', '70'],
        ...(reason ? [['Reason', reason] satisfies Header] : []),
      ],
      body: '',
    }
    return new Promise((resolve) => this.#transactions.request(cancel, resolve))
  }

  #receive(text: string, from: Place): void {
    if (this.#silent || this.options.hears?.(text) === false) return
    const message = parseMessage(text)
    if (!message) return
    this.received.add(message)
    this.#transactions.receive(message, from)
  }

  #onRequest(request: SipMessage): void {
    const call = this.#calls.get(callIdOf(request)) ?? this.#past.find((one) => one.callId === callIdOf(request))
    const newCall = request.method === 'INVITE' && paramOf(need(request, 'To'), 'tag') === undefined
    const told = newCall || call || request.method === 'ACK' || this.#subscriptions.has(callIdOf(request)) ? undefined : this.answers?.(request)
    if (newCall) {
      const incoming = new PhoneCall(this.#host, 'in', request, newTag(), this.#payloads)
      this.#calls.set(incoming.callId, incoming)
      this.incoming.add(incoming)
      this.onCall?.(incoming)
    } else if (request.method === 'NOTIFY' && this.#subscriptions.has(callIdOf(request))) {
      this.#transactions.reply(request, responseTo(request, 200, 'OK', ''))
    } else if (call && !(call.isEnded && request.method === 'OPTIONS')) {
      void call.receiveRequest(request)
    } else if (told !== undefined) {
      if (told > 0) this.#reply(request, told)
    } else if ((request.method === 'OPTIONS' || request.method === 'MESSAGE') && paramOf(need(request, 'To'), 'tag') === undefined) {
      this.#reply(request, 200)
    } else if (request.method !== 'ACK') {
      this.#reply(request, 481)
    }
  }

  /** A 2xx that comes again after its transaction ended is acknowledged again (RFC 3261 §13.2.2.4). */
  #onStray(response: SipMessage): void {
    if (cseqOf(response).method !== 'INVITE' || response.status >= 300 || response.status < 200) return
    const call = this.#calls.get(headerOf(response, 'Call-ID') ?? '')
    if (call?.dialog) this.#host.acknowledge(call.dialog, cseqOf(response).number)
  }

  #reply(request: SipMessage, status: number): void {
    this.#transactions.reply(request, responseTo(request, status, reasonOf(status), newTag(), [['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO']]))
  }
}

const newTag = (): string => randomBytes(6).toString('hex')

export { DEADLINE_MS }
