/**
 * SIP messages as the test phone reads and writes them. Written from RFC 3261 on its own,
 * so that a mistake in the server's parser is not repeated here.
 */
export type Header = [name: string, value: string]

export interface SipMessage {
  /** Set on requests. */
  method: string | undefined
  uri: string
  /** 0 on requests. */
  status: number
  reason: string
  headers: Header[]
  body: string
}

/** RFC 3261 §7.3.3. */
const COMPACT: Readonly<Record<string, string>> = {
  i: 'call-id', m: 'contact', e: 'content-encoding', l: 'content-length', c: 'content-type', f: 'from', s: 'subject', k: 'supported', t: 'to', v: 'via',
}

/** Reads one whole message; undefined when it is not SIP. */
export function parseMessage(text: string): SipMessage | undefined {
  const split = text.indexOf('\r\n\r\n')
  if (split < 0) return undefined
  const [start = '', ...lines] = text.slice(0, split).replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers: Header[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) return undefined
    headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
  }
  const body = text.slice(split + 4)
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start)
  if (response) return { method: undefined, uri: '', status: Number(response[1]), reason: response[2] ?? '', headers, body }
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start)
  if (!request) return undefined
  return { method: request[1], uri: request[2] ?? '', status: 0, reason: '', headers, body }
}

/** The message as it goes on the wire; Content-Length is filled in. */
export function formatMessage(message: SipMessage): string {
  const start = message.method ? `${message.method} ${message.uri} SIP/2.0` : `SIP/2.0 ${message.status} ${message.reason}`
  const lines = message.headers.map(([name, value]) => `${name}: ${value}`)
  return [start, ...lines, `Content-Length: ${Buffer.byteLength(message.body)}`, '', message.body].join('\r\n')
}

/** Every value of a header, in order, not split at commas. */
export function headersOf(message: SipMessage, name: string): string[] {
  const wanted = name.toLowerCase()
  return message.headers.filter(([key]) => (COMPACT[key.toLowerCase()] ?? key.toLowerCase()) === wanted).map(([, value]) => value)
}

export function headerOf(message: SipMessage, name: string): string | undefined {
  return headersOf(message, name)[0]
}

/** A header that must be there; throws with the message when it is not. */
export function need(message: SipMessage, name: string): string {
  const value = headerOf(message, name)
  if (value === undefined) throw new Error(`no ${name} in:\n${formatMessage(message)}`)
  return value
}

/** A parameter of a header value, e.g. `tag` or `branch`. */
export function paramOf(value: string, name: string): string | undefined {
  const afterUri = value.replace(/^[^<]*<[^>]*>/, '')
  const found = new RegExp(`;\\s*${name}(?:\\s*=\\s*("[^"]*"|[^;,\\s]*))?(?=[;,\\s]|$)`, 'i').exec(afterUri)
  return found ? (found[1] ?? '') : undefined
}

/** The URI inside a name-addr or addr-spec. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? ''
}

/** Number and method of CSeq. */
export function cseqOf(message: SipMessage): { number: number; method: string } {
  const [number = '0', method = ''] = need(message, 'CSeq').split(/\s+/)
  return { number: Number(number), method }
}

export const callIdOf = (message: SipMessage): string => need(message, 'Call-ID')
export const branchOf = (message: SipMessage): string => paramOf(need(message, 'Via'), 'branch') ?? ''

/** `INVITE` or `180 (INVITE)`: for what failed tests say. */
export function labelOf(message: SipMessage): string {
  return message.method ?? `${message.status} (${headerOf(message, 'CSeq')?.split(' ')[1] ?? '?'})`
}
