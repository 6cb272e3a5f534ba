/** A text message as it came in (RFC 3428): what of it is taken, and what of it may wait. */
import type { IncomingRequest, SipSource } from '../sip/types.ts'

/** What is sent on, word for word. */
export interface TextMessage {
  contentType: string
  body: string
  /** Header fields that go along. */
  headers: Readonly<Record<string, string>>
}

export type Taken =
  | {
    message: TextMessage
    /** Whether it waits for a phone; that somebody is typing is of no use tomorrow (RFC 3994 §3.1). */
    waits: boolean
    /** Seconds after which its sender does not want it delivered any more (RFC 3428 §7). */
    expires: number | undefined
  }
  | { status: number; reason: string; headers?: Readonly<Record<string, string>> }

const COMPOSING = 'application/im-iscomposing+xml'
/** Texts, who is typing (RFC 3994), messages with headers of their own (RFC 3862), and what became of a message (RFC 5438). */
export const TEXT_TYPES: readonly string[] = ['text/plain', 'text/html', 'message/cpim', COMPOSING, 'message/imdn+xml']
/** RFC 3428 §8: so much goes in a datagram; where connections keep congestion away it may be more. */
const MOST_OVER_UDP = 1_300
const MOST = 16_384
const ALONG: readonly string[] = ['Subject', 'Content-Language', 'Content-Disposition', 'In-Reply-To']
/** `emergency` is for calls for help alone. */
const PRIORITIES: ReadonlySet<string> = new Set(['normal', 'urgent', 'non-urgent'])

export function takeText(request: Pick<IncomingRequest, 'body' | 'contentType' | 'header'> & { source: Pick<SipSource, 'transport'> }): Taken {
  const contentType = request.contentType?.trim() ?? ''
  const type = typeOf(contentType)
  const encoding = request.header('content-encoding')?.trim().toLowerCase()
  if (request.body === '') return { status: 400, reason: 'The message is empty' }
  if (!TEXT_TYPES.includes(type) || (encoding !== undefined && encoding !== 'identity')) return { status: 415, reason: 'Unsupported Media Type', headers: { Accept: TEXT_TYPES.join(', '), 'Accept-Encoding': 'identity' } }
  const bytes = Buffer.byteLength(request.body)
  if (request.source.transport === 'udp' && bytes > MOST_OVER_UDP) return { status: 513, reason: `Over UDP a message has ${MOST_OVER_UDP} bytes at most; register over TCP or TLS for longer ones` }
  if (bytes > MOST) return { status: 413, reason: `A message has ${MOST} bytes at most` }
  const headers: Record<string, string> = {}
  for (const name of ALONG) {
    const value = request.header(name)
    if (value !== undefined) headers[name] = value
  }
  const priority = request.header('priority')?.trim().toLowerCase()
  if (priority !== undefined && PRIORITIES.has(priority)) headers['Priority'] = priority
  const expires = /^\s*(\d{1,10})\s*$/.exec(request.header('expires') ?? '')?.[1]
  return { message: { contentType, body: request.body, headers }, waits: !isComposing(type, request.body) && expires !== '0', expires: expires === undefined ? undefined : Number(expires) }
}

const typeOf = (contentType: string): string => contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Also within CPIM, whose own headers end with an empty line, after which those of the content follow (RFC 3862 §2). */
function isComposing(type: string, body: string): boolean {
  if (type === COMPOSING) return true
  const inner = type === 'message/cpim' ? /\r?\n\r?\n(?:[^\r\n]+\r?\n)*?content-type:[ \t]*([^\s;]+)/i.exec(body)?.[1] : undefined
  return inner?.toLowerCase() === COMPOSING
}
