/** Just enough SIP for the load: requests from templates, and the few headers it needs to read. Shares nothing with the engine. */
import { hash } from 'node:crypto'

export interface Place {
  host: string
  port: number
}

export interface Phone {
  user: string
  number: string
  password: string
}

export type Algorithm = 'MD5' | 'SHA-256'

let made = 0

/** A word no other message of this process has: for tags, branches and Call-IDs. */
export function unique(): string {
  return `${process.pid.toString(36)}x${(++made).toString(36)}`
}

/** Status 0 is a request. */
export interface Message {
  text: string
  status: number
  /** Of a request. */
  method: string
  /** Of an answer: its status and its words. */
  verdict: string
}

const HEADERS = {
  'Call-ID': /^(?:Call-ID|i)[ \t]*:[ \t]*(.*)$/im,
  From: /^(?:From|f)[ \t]*:[ \t]*(.*)$/im,
  To: /^(?:To|t)[ \t]*:[ \t]*(.*)$/im,
  CSeq: /^CSeq[ \t]*:[ \t]*(.*)$/im,
  Contact: /^(?:Contact|m)[ \t]*:[ \t]*(.*)$/im,
} as const

export function parseMessage(text: string): Message | undefined {
  const first = text.slice(0, text.indexOf('\r\n'))
  if (first.startsWith('SIP/2.0 ')) {
    const status = Number(first.slice(8, 11))
    // Who is refused for overload must be told when to come again (RFC 3261 §21.5.4).
    const verdict = status === 503 && !/^Retry-After[ \t]*:/im.test(text) ? `${first.slice(8)} without Retry-After` : first.slice(8)
    return { text, status, method: '', verdict }
  }
  return first.endsWith(' SIP/2.0') ? { text, status: 0, method: first.slice(0, first.indexOf(' ')), verdict: '' } : undefined
}

export function headerOf(message: Message, name: keyof typeof HEADERS): string {
  return HEADERS[name].exec(message.text)?.[1]?.trimEnd() ?? ''
}

/** The topmost branch: the transaction a message belongs to (RFC 3261 §17.1.3). */
export function branchOf(message: Message): string {
  return /;branch=([^;\s,]+)/i.exec(message.text)?.[1] ?? ''
}

export function tagOf(header: string): string {
  return /;tag=([^;\s]+)/i.exec(header)?.[1] ?? ''
}

export function uriOf(contact: string): string {
  return /<([^>]+)>/.exec(contact)?.[1] ?? contact.split(';')[0]?.trim() ?? ''
}

/** Where an SDP in the body wants audio. */
export function audioPortOf(message: Message): number {
  return Number(/^m=audio (\d+)/m.exec(message.text)?.[1] ?? 0)
}

export interface RequestParts {
  method: string
  uri: string
  local: Place
  /** As it stands in a Via; UDP when absent. */
  transport?: string
  branch: string
  from: string
  to: string
  callId: string
  count: number
  /** Whole header lines, without their ends. */
  more?: readonly string[]
  body?: string | undefined
}

export function requestText(parts: RequestParts): string {
  const { local, transport = 'UDP', more = [], body = '' } = parts
  return [
    `${parts.method} ${parts.uri} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${local.host}:${local.port};branch=${parts.branch};rport`,
    'Max-Forwards: 70',
    `From: ${parts.from}`,
    `To: ${parts.to}`,
    `Call-ID: ${parts.callId}`,
    `CSeq: ${parts.count} ${parts.method}`,
    ...more,
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** An answer to a request: its Via, From, Call-ID and CSeq as they came (RFC 3261 §8.2.6). */
export function answerText(request: Message, status: number, reason: string, tag: string, more: readonly string[] = [], body = ''): string {
  const head = request.text.slice(0, request.text.indexOf('\r\n\r\n'))
  const copied = head.split('\r\n').filter((line) => /^(?:Via|v|From|f|Call-ID|i|CSeq|Record-Route)[ \t]*:/i.test(line))
  const to = headerOf(request, 'To')
  return [
    `SIP/2.0 ${status} ${reason}`,
    ...copied,
    `To: ${tagOf(to) ? to : `${to};tag=${tag}`}`,
    ...more,
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** G.711 both ways, 20 ms. */
export function sdpText(port: number): string {
  return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${port} RTP/AVP 0 8 101`, 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=ptime:20', 'a=sendrecv', ''].join('\r\n')
}

/**
 * The value of (Proxy-)Authorization for the challenge in a 401 or 407 (RFC 7616), first use of its nonce.
 * Undefined when that algorithm was not offered.
 */
export function digestFor(challenged: Message, algorithm: Algorithm, phone: Phone, method: string, uri: string, cnonce: string): string | undefined {
  const challenges = [...challenged.text.matchAll(/^(?:WWW|Proxy)-Authenticate[ \t]*:[ \t]*Digest[ \t]+(.*)$/gim)].map((found) => found[1] ?? '')
  const challenge = challenges.find((one) => (/algorithm="?([\w-]+)/i.exec(one)?.[1] ?? 'MD5').toUpperCase() === algorithm)
  if (challenge === undefined) return undefined
  const field = (name: string): string => new RegExp(`(?:^|[\\s,])${name}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? ''
  const [realm, nonce, opaque] = [field('realm'), field('nonce'), field('opaque')]
  const digest = (text: string): string => hash(algorithm === 'MD5' ? 'md5' : 'sha256', text, 'hex')
  const ha1 = digest(`${phone.user}:${realm}:${phone.password}`)
  const response = digest(`${ha1}:${nonce}:00000001:${cnonce}:auth:${digest(`${method}:${uri}`)}`)
  return `Digest username="${phone.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}, `
    + `cnonce="${cnonce}", qop=auth, nc=00000001${opaque ? `, opaque="${opaque}"` : ''}`
}
