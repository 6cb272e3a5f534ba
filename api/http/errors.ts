import type { NextFunction, Request, Response } from 'express'
import { messageOf, Refusal, type RefusalCode, type RefusalDetail } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'

/** The HTTP status of each kind of refusal. */
export const statusOf: Record<RefusalCode, number> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  unprocessable: 422,
  'interval-too-brief': 422,
  'first-hop-lacks-outbound': 422,
  'too-many': 429,
  busy: 409,
  timeout: 504,
  unsupported: 501,
  unavailable: 503,
}

/** A refusal that only HTTP knows: 405, 415, 421. */
export class HttpProblem extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface Problem {
  status: number
  code: string
  message: string
  details: RefusalDetail[]
  retryAfter?: number | undefined
}

// A database that went away is back within seconds or not for a while.
const RETRY_UNAVAILABLE = 5

// The types body-parser gives its errors; their messages quote the input or name internals.
const BODY_PROBLEMS: Record<string, Omit<Problem, 'details'>> = {
  'entity.parse.failed': { status: 400, code: 'malformed', message: 'The body is not valid JSON.' },
  'entity.too.large': { status: 413, code: 'too-large', message: 'The body is too large: at most 100 kB.' },
  'request.size.invalid': { status: 400, code: 'malformed', message: 'The body is not as long as Content-Length says.' },
  'request.aborted': { status: 400, code: 'malformed', message: 'The body ended early.' },
  'charset.unsupported': { status: 415, code: 'unsupported-media-type', message: 'Send the body in UTF-8.' },
  'encoding.unsupported': { status: 415, code: 'unsupported-media-type', message: 'This Content-Encoding is not understood: send the body plain or with gzip, deflate or br.' },
}

/** What to answer to anything that was thrown; `undefined` for a bug. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Refusal) {
    const retryAfter = error.retryAfter ?? (error.code === 'unavailable' ? RETRY_UNAVAILABLE : undefined)
    return { status: statusOf[error.code], code: error.code, message: error.message, details: error.details, retryAfter }
  }
  if (error instanceof HttpProblem) return { status: error.status, code: error.code, message: error.message, details: [] }
  if (!(error instanceof Error)) return undefined
  const { type, status } = error as Error & { type?: unknown; status?: unknown }
  const known = typeof type === 'string' ? BODY_PROBLEMS[type] : undefined
  if (known) return { ...known, details: [] }
  // A path with a broken percent-encoding, and whatever else express says is the client's fault.
  if (status === 404) return { status, code: 'not-found', message: 'There is nothing here.', details: [] }
  if (typeof status === 'number' && status >= 400 && status < 500) return { status, code: 'malformed', message: 'The request cannot be read.', details: [] }
  return undefined
}

/** The body of every error (shared by HTTP answers and refused upgrades). */
export const errorBody = ({ code, message, details }: Omit<Problem, 'status'>) => ({ error: { code, message, details } })

/** A bug: logged whole under a reference, of which the client sees only the reference. */
export function bugOf(error: unknown, logger: Logger): Problem {
  const reference = newId()
  logger.error({ reference, err: error }, `request failed: ${messageOf(error)}`)
  return {
    status: 500,
    code: 'internal',
    message: `Something went wrong on our side. The log has the details under reference ${reference}.`,
    details: [],
  }
}

export function createErrorHandler(logger: Logger) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const problem = problemOf(error) ?? bugOf(error, logger)
    if (response.headersSent) {
      response.destroy()
      return
    }
    // Headers of the answer that did not come about must not stay, but for what the door put on all.
    for (const name of ['Content-Type', 'Content-Disposition', 'ETag', 'Last-Modified', 'Set-Cookie']) response.removeHeader(name)
    response.setHeader('Cache-Control', 'no-store')
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
    if (problem.retryAfter !== undefined) response.setHeader('Retry-After', String(problem.retryAfter))
    response.status(problem.status).json(errorBody(problem))
  }
}
