/** The pool of connections: knex over pg, with transactions that open inside a tenant in one round trip. */
import knex from 'knex'
import type pg from 'pg'
import type { Logger } from '../logger.ts'
import type { Knex, Transaction } from './index.ts'
import { knexLog } from './knex-log.ts'

export interface Pool {
  /** @param opening the statements that begin the transaction, e.g. `BEGIN READ ONLY; …` */
  transact<T>(opening: string, work: (trx: Transaction) => Promise<T>): Promise<T>
  /** Cuts every connection, so that what waits on a dead one fails now and not when TCP gives up. */
  cut(): void
  figures(): { used: number; free: number; waiting: number }
  close(): Promise<void>
}

/** The parts of knex and pg that are used beyond their type declarations. */
interface KnexTransaction {
  begin(connection: unknown): Promise<unknown>
  query(connection: unknown, sql: string): Promise<unknown>
}
type TransactionFactory = (container: unknown, config?: { opening?: string }, outer?: unknown) => KnexTransaction

/** Nothing the house asks takes longer; a statement that does has gone astray. */
const STATEMENT_MS = 30_000
const ACQUIRE_MS = 5_000
const IDLE_MS = 60_000

export function openPool(connection: pg.ClientConfig, size: number, logger: Logger): Pool {
  const raw = new Set<pg.Client>()
  const db = knex({
    client: 'pg',
    connection: {
      ...connection,
      connectionTimeoutMillis: ACQUIRE_MS,
      statement_timeout: STATEMENT_MS,
      idle_in_transaction_session_timeout: STATEMENT_MS,
      keepAlive: true,
    } as Knex.PgConnectionConfig,
    acquireConnectionTimeout: ACQUIRE_MS,
    pool: {
      min: 0,
      max: size,
      idleTimeoutMillis: IDLE_MS,
      afterCreate(client: pg.Client, done: (error: Error | null, client: pg.Client) => void) {
        raw.add(client)
        client.on('end', () => raw.delete(client))
        done(null, client)
      },
    },
    log: knexLog(logger),
  })
  openWithStatements(db)
  return {
    async transact(opening, work) {
      return db.transaction(
        async (trx) => {
          // knex calls on although BEGIN failed; the work must not run outside the tenant.
          if (trx.isCompleted()) throw new Error('The transaction could not be opened.')
          return work(trx)
        },
        { opening } as Knex.TransactionConfig,
      )
    },
    cut() {
      for (const client of raw) {
        const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
        stream.destroy()
      }
    },
    figures() {
      const { pool } = db.client as { pool?: { numUsed(): number; numFree(): number; numPendingAcquires(): number } }
      return { used: pool?.numUsed() ?? 0, free: pool?.numFree() ?? 0, waiting: pool?.numPendingAcquires() ?? 0 }
    },
    close: () => db.destroy(),
  }
}

/**
 * Knex begins a transaction with BEGIN alone; role and tenant would cost another round trip.
 * A transaction that was given its opening statements begins with those instead, and one that
 * was not is refused, so that no query can run outside a tenant by omission.
 */
function openWithStatements(db: Knex): void {
  const client = db.client as { transaction: TransactionFactory }
  const make = client.transaction.bind(client)
  client.transaction = (container, config, outer) => {
    const transaction = make(container, config, outer)
    const opening = config?.opening
    transaction.begin = (connection) => {
      if (opening === undefined) throw new Error('A transaction must say what it opens with.')
      return transaction.query(connection, opening)
    }
    return transaction
  }
}
