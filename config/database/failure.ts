/** What a failed query means: the database is gone, it lacks something, or the caller was at fault. */
import { messageOf, Refusal } from '../errors.ts'

/** PostgreSQL's five-character SQLSTATE, or Node's error code (`ECONNREFUSED`). */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}

/** A unique index refused the row. With `constraint`, only when it was that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return codeOf(error) === '23505' && (constraint === undefined || (error as { constraint?: string }).constraint === constraint)
}

/** A foreign key refused the row: what it refers to does not exist, or is still referred to. */
export function isForeignKeyViolation(error: unknown): boolean {
  return codeOf(error) === '23503'
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EACCES'])
/** What pg says, without a code, when the connection broke under it; knex puts the statement and ` - ` before it. */
const BROKEN = /(?:^| - )(?:Connection terminated|timeout expired|Client has encountered a connection error|Connection ended unexpectedly|Query read timeout|Client was closed|read ECONN)[^-]*$/

/** The connection broke or could not be made; nothing is known about the statement in flight. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error && BROKEN.test(error.message)
  // 08: connection exception. 57P01..57P05: shut down, crashed, starting up, idle session ended.
  return NETWORK.has(code) || /^(08|57P0)/.test(code)
}

/**
 * The failure as callers get it: a Refusal `unavailable` when the database could not serve them,
 * else what it was.
 *
 * @param writes the statement may have been committed although no answer came
 */
export function refusalFor(error: unknown, writes: boolean): unknown {
  if (error instanceof Refusal) return error
  if (isConnectionLoss(error)) {
    const doubt = writes ? ' Whether the change was saved is not known: look before repeating it.' : ''
    return new Refusal('unavailable', `The connection to the database was lost.${doubt}`, { retryAfter: 5, cause: error })
  }
  const code = codeOf(error)
  if (code === '53100') return unavailable('The database has no disk space left. Free some space on its disk.', error)
  if (code?.startsWith('53')) return unavailable('The database has no connection or memory to spare.', error)
  if (code === '57014' || code === '55P03') return unavailable('The database took too long.', error)
  // Rolled back by the server, so repeating is safe, but only the caller knows whether it is meant.
  if (code === '40001' || code === '40P01') return unavailable('Two changes met; this one was undone.', error)
  if (error instanceof Error && error.name === 'KnexTimeoutError') return unavailable('The database is too busy: no connection became free.', error)
  return error
}

function unavailable(message: string, cause: unknown): Refusal {
  return new Refusal('unavailable', message, { retryAfter: 2, cause })
}

/** A failure of the first connection that waiting does not mend, as a sentence; undefined when it may pass. */
export function lastingFailure(error: unknown): string | undefined {
  const code = codeOf(error)
  const cause = messageOf(error)
  if (code === '28P01' || code === '28000') return `The database refuses the user of DATABASE_URL: ${cause}. Check user and password.`
  if (code === '3D000') return `The database named in DATABASE_URL does not exist: ${cause}. Create it, owned by that user.`
  return isConnectionLoss(error) || code?.startsWith('53') === true ? undefined : `The database cannot be used: ${cause}.`
}
