/**
 * The database as the rest of the house sees it. Three ways in, and no fourth:
 *
 * - `read` and `change` run inside one tenant's row-level security; the tenant is the actor's.
 * - `system` sees all tenants. It is for start-up, for finding out which tenant a credential
 *   belongs to, and for batches of facts that a machine wrote down (bindings, call records).
 *
 * `change` cannot be finished without an audit entry: it is written in the same transaction.
 */
import type { Knex } from 'knex'
import type { ClientConfig } from 'pg'
import type { Actor } from '../actor.ts'

export { isForeignKeyViolation, isUniqueViolation } from './failure.ts'

export type { Knex }
export type Transaction = Knex.Transaction
/** How to reach the database, for what needs connections of its own. */
export type ConnectionConfig = ClientConfig

/** What is written to audit_log beside the actor and the time. */
export interface AuditEntry {
  /** `<subject>.<verb>`, e.g. `extension.create`. */
  action: string
  subjectType: string
  subjectId: string
  /** The row before and after, without secrets. */
  before?: unknown
  after?: unknown
}

export interface Database {
  /** False while PostgreSQL does not answer; callers then get Refusal `unavailable`. */
  readonly available: boolean
  /** A READ ONLY transaction inside the actor's tenant. */
  read<T>(actor: Actor, work: (trx: Transaction) => Promise<T>): Promise<T>
  /** A transaction inside the actor's tenant that ends with its audit rows, or not at all. */
  change<T>(actor: Actor, work: (trx: Transaction) => Promise<{ result: T; audit: AuditEntry | AuditEntry[] }>): Promise<T>
  /** A transaction over all tenants; `purpose` names why in the slow-query log. */
  system<T>(purpose: string, work: (trx: Transaction) => Promise<T>): Promise<T>
  /** LISTEN on a channel; survives reconnects and calls `onGap` when notifications may have been missed. Returns the way to stop. */
  listen(channel: string, onNotify: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>
  onAvailability(listener: (available: boolean, reason: string) => void): () => void
  /** Connections in use and free, and transactions that wait for one; absent in tests. */
  pool?(): { used: number; free: number; waiting: number }
  close(): Promise<void>
}
