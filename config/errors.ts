/**
 * What may go wrong in the course of business, as opposed to a bug.
 *
 * A `Refusal` is an answer: it says what cannot be done and why, in words fit for
 * the person or the phone that asked. Anything else that is thrown is a bug: it ends
 * the call or the request it happened in, is logged with its stack, and never ends
 * the process.
 */

/** The kinds of refusal. Each maps to one HTTP status (api/http/errors) and one SIP status (pbx/entrance/reply). */
export type RefusalCode =
  | 'malformed' // 400
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'not-found' // 404
  | 'conflict' // 409
  | 'gone' // 410
  | 'too-large' // 413
  | 'unprocessable' // 422 / SIP 488 for media
  | 'interval-too-brief' // SIP 423
  | 'first-hop-lacks-outbound' // SIP 439
  | 'too-many' // 429 / SIP 486
  | 'busy' // 409 / SIP 486
  | 'timeout' // 504 / SIP 408
  | 'unsupported' // 501 / SIP 420, 405
  | 'unavailable' // 503

/** One field of the input that is wrong, for forms. */
export interface RefusalDetail {
  field: string
  message: string
}

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: RefusalDetail[]
  /** Seconds after which the same request may succeed (HTTP and SIP Retry-After). */
  readonly retryAfter: number | undefined

  constructor(code: RefusalCode, message: string, options: { details?: RefusalDetail[]; retryAfter?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Refusal'
    this.code = code
    this.details = options.details ?? []
    this.retryAfter = options.retryAfter
  }
}

/** The refusal of input in which one field is wrong; the form shows the message there. */
export function wrongField(field: string, message: string, cause?: unknown): Refusal {
  return new Refusal('unprocessable', message, { details: [{ field, message }], cause })
}

/** @throws Refusal `unprocessable` that names every wrong field, when there are any */
export function refuseWrong(details: RefusalDetail[]): void {
  if (details.length > 0) throw new Refusal('unprocessable', details.map(({ message }) => message).join(' '), { details })
}

/** The message of anything that was thrown, for logs and for people. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
