/**
 * The transaction layer of the test phone (RFC 3261 §17): retransmits what it sent, absorbs what
 * comes twice. Small on purpose; what it cannot do a scenario sends raw.
 */
import { randomBytes } from 'node:crypto'
import { branchOf, callIdOf, cseqOf, formatMessage, headersOf, need, type SipMessage } from './message.ts'
import type { Line, Place } from './line.ts'

const T2_MS = 4000

interface ClientTransaction {
  request: SipMessage
  onResponse: (response: SipMessage) => void
  stopRepeats: () => void
  provisional: boolean
  ack: SipMessage | undefined
}

interface ServerTransaction {
  request: SipMessage
  from: Place
  response: string | undefined
  stopRepeats: () => void
}

export interface TransactionUser {
  /** A new request, ACK to a 2xx included. */
  onRequest(request: SipMessage, from: Place): void
  /** A response nobody waits for. */
  onStray(response: SipMessage): void
}

export class Transactions {
  readonly #line: Line
  readonly #user: TransactionUser
  readonly #t1: number
  readonly #clients = new Map<string, ClientTransaction>()
  readonly #servers = new Map<string, ServerTransaction>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Messages sent again and messages that came again. */
  repeatsSent = 0
  repeatsReceived = 0

  constructor(line: Line, t1: number, user: TransactionUser) {
    this.#line = line
    this.#t1 = t1
    this.#user = user
  }

  get open(): number {
    return this.#clients.size + this.#servers.size
  }

  newBranch(): string {
    return `z9hG4bK${randomBytes(9).toString('hex')}`
  }

  /**
   * Sends a request that already carries its Via. `onResponse` gets provisionals, the final answer
   * and, for INVITE, every 2xx that comes again; a 408 made up here when nothing came.
   */
  request(request: SipMessage, onResponse: (response: SipMessage) => void): void {
    const key = `${branchOf(request)} ${request.method}`
    const text = formatMessage(request)
    const invite = request.method === 'INVITE'
    const client: ClientTransaction = { request, onResponse, stopRepeats: () => undefined, provisional: false, ack: undefined }
    this.#clients.set(key, client)
    this.#line.send(text)
    const stop = this.#line.transport === 'udp' ? this.#repeat(text, undefined, invite ? Infinity : T2_MS) : () => undefined
    const giveUp = this.#after(64 * this.#t1, () => {
      if (client.provisional && invite) return
      stop()
      this.#clients.delete(key)
      onResponse({ method: undefined, uri: '', status: 408, reason: 'No answer', headers: request.headers, body: '' })
    })
    client.stopRepeats = () => {
      stop()
      giveUp()
    }
  }

  /** Sends an ACK to a 2xx, or anything else that has no transaction. */
  sendOnce(message: SipMessage): void {
    this.#line.send(formatMessage(message))
  }

  /** Answers a request. A final answer to INVITE is repeated until its ACK comes. */
  reply(request: SipMessage, response: SipMessage): void {
    const server = this.#servers.get(serverKey(request))
    if (!server) return
    server.stopRepeats()
    server.response = formatMessage(response)
    this.#line.send(server.response, server.from)
    if (response.status < 200) return
    // RFC 3261 §13.3.1.4: a 2xx is repeated over TCP too.
    if (request.method === 'INVITE' && (this.#line.transport === 'udp' || response.status < 300)) {
      const stop = this.#repeat(server.response, server.from, T2_MS)
      const giveUp = this.#after(64 * this.#t1, stop)
      server.stopRepeats = () => {
        stop()
        giveUp()
      }
    }
    this.#after(64 * this.#t1, () => this.#servers.delete(serverKey(request)))
  }

  /** The ACK to our 2xx came: no more repeats. */
  acknowledged(invite: SipMessage): void {
    this.#servers.get(serverKey(invite))?.stopRepeats()
  }

  receive(message: SipMessage, from: Place): void {
    if (message.method === undefined) this.#receiveResponse(message)
    else this.#receiveRequest(message, from)
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#clients.clear()
    this.#servers.clear()
  }

  #receiveRequest(request: SipMessage, from: Place): void {
    const known = this.#servers.get(serverKey(request))
    if (request.method === 'ACK') {
      if (known) known.stopRepeats()
      else this.#user.onRequest(request, from)
      return
    }
    if (known) {
      this.repeatsReceived++
      if (known.response) this.#line.send(known.response, known.from)
      return
    }
    this.#servers.set(serverKey(request), { request, from, response: undefined, stopRepeats: () => undefined })
    this.#user.onRequest(request, from)
  }

  #receiveResponse(response: SipMessage): void {
    const key = `${branchOf(response)} ${cseqOf(response).method}`
    const client = this.#clients.get(key)
    if (!client) {
      this.#user.onStray(response)
      return
    }
    if (response.status < 200) {
      // A provisional stops an INVITE from being repeated; other requests go on at T2 (§17.1.2.2).
      if (client.request.method === 'INVITE' && !client.provisional) client.stopRepeats()
      client.provisional = true
      client.onResponse(response)
      return
    }
    client.stopRepeats()
    if (client.request.method === 'INVITE' && response.status >= 300) {
      if (client.ack) {
        this.repeatsReceived++
        this.sendOnce(client.ack)
        return
      }
      client.ack = ackFor(client.request, response)
      this.sendOnce(client.ack)
    }
    this.#after(64 * this.#t1, () => this.#clients.delete(key))
    const { onResponse } = client
    // Other requests end with their first final answer; what comes again is absorbed.
    if (client.request.method !== 'INVITE') client.onResponse = () => void this.repeatsReceived++
    onResponse(response)
  }

  #repeat(text: string, to: Place | undefined, cap: number): () => void {
    let cancel: () => void = () => undefined
    const arm = (delay: number): void => {
      cancel = this.#after(delay, () => {
        this.repeatsSent++
        this.#line.send(text, to)
        arm(Math.min(delay * 2, cap))
      })
    }
    arm(this.#t1)
    return () => cancel()
  }

  #after(ms: number, action: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, ms)
    this.#timers.add(timer)
    return () => {
      clearTimeout(timer)
      this.#timers.delete(timer)
    }
  }
}

function serverKey(request: SipMessage): string {
  return `${branchOf(request)} ${request.method === 'ACK' ? 'INVITE' : request.method}`
}

/** ACK to a non-2xx belongs to the INVITE's transaction (§17.1.1.3). */
function ackFor(invite: SipMessage, response: SipMessage): SipMessage {
  return {
    method: 'ACK',
    uri: invite.uri,
    status: 0,
    reason: '',
    headers: [
      ['Via', need(invite, 'Via')],
      ['From', need(invite, 'From')],
      ['To', need(response, 'To')],
      ['Call-ID', callIdOf(invite)],
      ['CSeq', `${cseqOf(invite).number} ACK`],
      ['Max-Forwards', '70'],
      ...headersOf(invite, 'Route').map((value): [string, string] => ['Route', value]),
    ],
    body: '',
  }
}
