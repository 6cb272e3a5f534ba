/** Refusal → SIP status: the only place. */
import { Refusal } from '../../config/errors.ts'
import type { RefusalCode } from '../../config/errors.ts'
import { ALLOW } from '../sip/headers.ts'
import type { IncomingRequest, ReplyOptions } from '../sip/types.ts'

const STATUS: { readonly [C in RefusalCode]: number } = {
  malformed: 400,
  // A challenge is no refusal; where none can be given, nothing is allowed.
  unauthenticated: 403,
  forbidden: 403,
  'not-found': 404,
  timeout: 408,
  gone: 410,
  'too-large': 413,
  unsupported: 420,
  'interval-too-brief': 423,
  // RFC 5626 §11.6
  'first-hop-lacks-outbound': 439,
  'too-many': 486,
  busy: 486,
  unprocessable: 488,
  // SIP has no 409 any more (it was RFC 2543's); §12.2.2 answers requests out of order with 500.
  conflict: 500,
  unavailable: 503,
}

/** What the phone's owner may read on its display: these say which part is wrong, the others have their standard words. */
const IN_WORDS: ReadonlySet<RefusalCode> = new Set(['malformed', 'not-found', 'conflict', 'forbidden', 'first-hop-lacks-outbound'])

export interface ReplyBounds {
  /** For Min-Expires, in seconds. */
  expiresMin: number
}

/** The answer to a refused request. Anything that is no Refusal is a bug and gets a plain 500. */
export function refusalReply(error: unknown, bounds: ReplyBounds): { status: number; options: ReplyOptions } {
  if (!(error instanceof Refusal)) return { status: 500, options: {} }
  const { code, details, retryAfter } = error
  const headers: Record<string, string> = {}
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter)
  if (code === 'interval-too-brief') headers['Min-Expires'] = String(bounds.expiresMin)
  let status = STATUS[code]
  if (code === 'unsupported') {
    if (details.length > 0) headers['Unsupported'] = details.map((detail) => detail.message).join(', ')
    else {
      status = 405
      headers['Allow'] = ALLOW
    }
  }
  const reason = IN_WORDS.has(code) ? { reason: error.message.replace(/\.$/, '') } : {}
  return { status, options: { ...reason, headers } }
}

export function replyToRefused(request: IncomingRequest, error: unknown, bounds: ReplyBounds): void {
  if (request.answered) return
  const { status, options } = refusalReply(error, bounds)
  request.reply(status, options)
}
