import type { Knex } from 'knex'
import type { Logger } from '../logger.ts'

/** Knex's own messages into our log instead of the console. */
export function knexLog(logger: Logger): Knex.Logger {
  const text = (message: unknown): string => (typeof message === 'string' ? message : JSON.stringify(message))
  return {
    debug: (message: unknown) => logger.debug(`knex: ${text(message)}`),
    warn: (message: unknown) => logger.warn(`knex: ${text(message)}`),
    error: (message: unknown) => logger.error(`knex: ${text(message)}`),
    deprecate: (method: string, alternative: string) => logger.warn(`knex: ${method} is deprecated, use ${alternative}`),
  }
}
