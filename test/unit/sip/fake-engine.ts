/** The far side of drachtio's wire protocol, as much as the wrapper's tests need: it accepts, echoes and lets the test play the phones. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

export const SECRET = 'the-secret'

/** A message the application sent. */
export interface AppMessage {
  id: string
  transactionId: string
  dialogId: string
  nextHop: string | undefined
  text: string
}

type Expectation = { matches: (message: AppMessage) => boolean; resolve: (message: AppMessage) => void }

export class FakeEngine {
  readonly routes: string[] = []
  readonly dialogs = new Map<string, string>()
  /** Answers the application's message with NOK and this reason. */
  refuse: ((message: AppMessage) => string | undefined) | undefined
  socket: Socket | undefined
  #server: Server | undefined
  #unread: AppMessage[] = []
  #expected: Expectation[] = []
  #buffer = Buffer.alloc(0)
  #connected: (() => void)[] = []

  static async start(): Promise<FakeEngine> {
    const engine = new FakeEngine()
    const server = createServer((socket) => engine.#accept(socket))
    engine.#server = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return engine
  }

  get control(): { host: string; port: number; secret: string } {
    return { host: '127.0.0.1', port: (this.#server?.address() as { port: number }).port, secret: SECRET }
  }

  /** The next message of the application that matches, also one that came already. */
  expect(pattern: RegExp | ((message: AppMessage) => boolean)): Promise<AppMessage> {
    const matches = pattern instanceof RegExp ? (message: AppMessage) => pattern.test(message.text) : pattern
    const index = this.#unread.findIndex(matches)
    const [found] = index === -1 ? [] : this.#unread.splice(index, 1)
    if (found) return Promise.resolve(found)
    return new Promise((resolve) => this.#expected.push({ matches, resolve }))
  }

  /** Messages nobody expected yet. */
  get unread(): readonly AppMessage[] {
    return this.#unread
  }

  /** Resolves with the next time the application connected and authenticated. */
  reconnected(): Promise<void> {
    return new Promise((resolve) => this.#connected.push(resolve))
  }

  /** Hands a message of a phone to the application. */
  deliver(text: string, options: { transactionId?: string; dialogId?: string; local?: boolean; unsolicited?: boolean } = {}): string {
    const transactionId = options.unsolicited ? 'unsolicited' : (options.transactionId ?? randomUUID())
    const origin = options.local ? `network|0|udp||0` : `${options.unsolicited ? 'application' : 'network'}|${Buffer.byteLength(text)}|udp|192.0.2.7|5062`
    const received = options.dialogId === undefined && !text.startsWith('SIP/') ? '192.0.2.1|5060|' : ''
    this.#write(`${randomUUID()}|sip|${origin}|10:00:00.500000|${transactionId}|${options.dialogId ?? ''}|${received}\r\n${text}`)
    return transactionId
  }

  /** Answers a request of the application as a phone would. */
  respond(request: AppMessage, status: string, options: { body?: string; headers?: string; dialogId?: string; local?: boolean } = {}): void {
    const callId = headerOf(request.text, 'call-id') ?? this.#callIdOf(request.dialogId)
    const method = request.text.slice(0, request.text.indexOf(' '))
    const from = headerOf(request.text, 'from') ?? '<sip:us@192.0.2.1>;tag=us'
    const body = options.body ?? ''
    const text = [
      `SIP/2.0 ${status}`, 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKour', `From: ${from}`, 'To: <sip:them@192.0.2.7>;tag=them', `Call-ID: ${callId}`,
      `CSeq: 1 ${method}`, 'Contact: <sip:them@192.0.2.7:5062>', 'User-Agent: Fake phone', ...(options.headers ? [options.headers] : []),
      ...(body ? ['Content-Type: application/sdp'] : []), `Content-Length: ${body.length}`, '', body,
    ].join('\r\n')
    const dialogId = options.dialogId ?? (request.dialogId || (method === 'INVITE' ? `${callId};from-tag=us` : ''))
    if (dialogId) this.dialogs.set(dialogId, callId ?? '')
    this.deliver(text, { transactionId: request.transactionId, dialogId, ...(options.local ? { local: true } : {}) })
  }

  /** Resolves when the application has read everything delivered so far. */
  async caughtUp(): Promise<void> {
    this.deliver(request('BYE', 'sync', { toTag: true }), { dialogId: 'sync' })
    await this.expect(/^SIP\/2\.0 481[^]*sync/)
  }

  /** Breaks the control connection. */
  drop(): void {
    this.socket?.destroy()
  }

  async stop(): Promise<void> {
    this.socket?.destroy()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  #callIdOf(dialogId: string): string | undefined {
    return dialogId.split(';')[0]
  }

  #accept(socket: Socket): void {
    this.socket = socket
    socket.setNoDelay(true)
    this.#buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk])
      for (let hash = this.#buffer.indexOf('#'); hash > 0; hash = this.#buffer.indexOf('#')) {
        const end = hash + 1 + Number(this.#buffer.toString('latin1', 0, hash))
        if (this.#buffer.length < end) return
        const frame = this.#buffer.toString('utf8', hash + 1, end)
        this.#buffer = this.#buffer.subarray(end)
        this.#read(frame)
      }
    })
  }

  #read(frame: string): void {
    const end = frame.indexOf('\r\n')
    const [id = '', type = '', ...rest] = (end === -1 ? frame : frame.slice(0, end)).split('|')
    if (type === 'authenticate') {
      if (rest[0] !== SECRET) {
        this.#write(`${randomUUID()}|response|${id}|NO|incorrect secret`)
        return this.socket?.end() as unknown as undefined
      }
      this.#write(`${randomUUID()}|response|${id}|OK|udp/192.0.2.1:5060,tcp/192.0.2.1:5060|v0.9.10|udp/192.0.2.1:5060`)
      for (const resolve of this.#connected.splice(0)) resolve()
      return
    }
    if (type === 'route') {
      this.routes.push(rest[0] ?? '')
      return this.#write(`${randomUUID()}|response|${id}|OK`)
    }
    if (type !== 'sip') throw new Error(`unexpected ${type}`)
    const [transactionId = '', dialogId = '', nextHop] = rest
    this.#handle({ id, transactionId, dialogId, nextHop, text: frame.slice(end + 2) })
  }

  #handle(message: AppMessage): void {
    const refusal = this.refuse?.(message)
    if (refusal !== undefined) {
      this.#write(`${randomUUID()}|response|${message.id}|NOK|${refusal}`)
    } else if (message.text.startsWith('SIP/')) {
      const dialogId = /^SIP\/2\.0 200/.test(message.text) && /cseq: \d+ INVITE/i.test(message.text) ? `${headerOf(message.text, 'call-id')};from-tag=them` : ''
      const text = message.text.replace(/\r\nto: ([^\r]*)/i, (line) => (line.includes('tag=') ? line : `${line};tag=us`))
      this.#write(`${randomUUID()}|response|${message.id}|OK|application|${text.length}|udp|192.0.2.7|5062|10:00:01.000000|${message.transactionId}|${dialogId}||Msg sent:|\r\n${text}`)
    } else {
      message.text = message.text.replace('\r\n', `\r\nCSeq: 1 ${message.text.split(' ', 1)[0]}\r\n`)
      message.transactionId = message.text.startsWith('CANCEL') ? message.transactionId : randomUUID()
      this.#write(`${randomUUID()}|response|${message.id}|OK|application|${message.text.length}|udp|192.0.2.7|5062|10:00:01.000000|${message.transactionId}|Msg sent:|\r\n${message.text}`)
    }
    const index = this.#expected.findIndex((expectation) => expectation.matches(message))
    const [expectation] = index === -1 ? [] : this.#expected.splice(index, 1)
    if (expectation) expectation.resolve(message)
    else this.#unread.push(message)
  }

  #write(payload: string): void {
    this.socket?.write(`${Buffer.byteLength(payload)}#${payload}`)
  }
}

export function headerOf(text: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}\\s*:\\s*([^\\r]*)`, 'i').exec(text)?.[1]
}

export const OFFER = 'v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'
export const ANSWER = OFFER.replaceAll('192.0.2.7', '192.0.2.1').replace('4000', '20000')

/** A request of a phone. */
export function request(method: string, callId: string, options: { branch?: string; cseq?: number; headers?: string[]; body?: string; toTag?: boolean } = {}): string {
  const body = options.body ?? ''
  return [
    `${method} sip:102@192.0.2.1 SIP/2.0`, `Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK${options.branch ?? callId};rport=5062;received=192.0.2.7`,
    'From: "Ann" <sip:101@192.0.2.1>;tag=them', `To: <sip:102@192.0.2.1>${options.toTag ? ';tag=us' : ''}`, `Call-ID: ${callId}`, `CSeq: ${options.cseq ?? 1} ${method}`,
    'Contact: <sip:101@192.0.2.7:5062>', 'Max-Forwards: 70', 'User-Agent: Fake phone', ...(options.headers ?? []),
    ...(body ? ['Content-Type: application/sdp'] : []), `Content-Length: ${body.length}`, '', body,
  ].join('\r\n')
}
