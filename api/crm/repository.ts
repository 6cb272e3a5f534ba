import type { z } from 'zod'
import { isUniqueViolation, type Transaction } from '../../config/database/index.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import type { CrmCallRow, CrmConnectionRow } from '../../migrations/tables.ts'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { CallNote } from './call-note.ts'
import type { CrmCall, CrmCallQuery, CrmConnection } from './schemas.ts'

type Counted = CrmConnectionRow & { waiting: string; failed: string; last_error: string | null }

const WAITING = 'done_at IS NULL AND gave_up_at IS NULL'

const counted = (trx: Transaction) =>
  trx('crm_connections').select<Counted[]>(
    'crm_connections.*',
    trx.raw(`(SELECT count(*) FROM crm_calls k WHERE k.connection_id = crm_connections.id AND ${WAITING}) AS waiting`),
    trx.raw('(SELECT count(*) FROM crm_calls k WHERE k.connection_id = crm_connections.id AND k.gave_up_at IS NOT NULL) AS failed'),
    trx.raw('CASE WHEN failures = 0 THEN NULL ELSE (SELECT last_error FROM crm_calls k WHERE k.connection_id = crm_connections.id AND last_error IS NOT NULL ORDER BY last_try_at DESC LIMIT 1) END AS last_error'),
  )

export async function listConnections(trx: Transaction): Promise<z.input<typeof CrmConnection>[]> {
  return (await counted(trx).orderByRaw('lower(name)')).map(presentConnection)
}

/** @throws Refusal `not-found` */
export async function findConnection(trx: Transaction, id: string): Promise<Counted> {
  const row = (await counted(trx).where('crm_connections.id', id).first()) as Counted | undefined
  if (!row) throw new Refusal('not-found', 'There is no such connection.')
  return row
}

/** @throws Refusal `not-found` */
export async function lockConnection(trx: Transaction, id: string): Promise<CrmConnectionRow> {
  const row = (await trx<CrmConnectionRow>('crm_connections').where({ id }).forUpdate().first()) as CrmConnectionRow | undefined
  if (!row) throw new Refusal('not-found', 'There is no such connection.')
  return row
}

/** As the audit has it: the token is told of only. */
export const settingsOf = ({ name, kind, address, email, directions, extension_ids, unknown_callers, call_links, enabled }: CrmConnectionRow) =>
  ({ name, kind, address, email, directions, extensionIds: extension_ids, unknownCallers: unknown_callers, callLinks: call_links, enabled })

export function presentConnection(row: Counted): z.input<typeof CrmConnection> {
  const { id, account, refused, version } = row
  return {
    id, ...settingsOf(row), account, refused, version, waiting: Number(row.waiting), failed: Number(row.failed), lastError: row.last_error,
    pausedUntil: isoOrNull(row.failures > 0 ? row.paused_until : null), createdAt: isoOf(row.created_at), updatedAt: isoOf(row.updated_at),
  }
}

/** @throws Refusal `unprocessable` for a name that another has */
export async function named<T>(work: PromiseLike<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isUniqueViolation(error)) throw wrongField('name', 'Another connection has this name.', error)
    throw error
  }
}

export async function listCalls(trx: Transaction, connectionId: string, { page, limit, order, state }: z.output<typeof CrmCallQuery>): Promise<{ rows: z.input<typeof CrmCall>[]; total: number }> {
  const matching = trx<CrmCallRow>('crm_calls').where({ connection_id: connectionId }).modify((rows) => {
    if (state === 'logged') rows.whereNotNull('done_at').whereNotNull('record_id')
    if (state === 'left-out') rows.whereNotNull('done_at').whereNull('record_id')
    if (state === 'failed') rows.whereNotNull('gave_up_at')
    if (state === 'waiting') rows.whereRaw(WAITING)
  })
  const [count] = await matching.clone().count<{ count: string }[]>('id as count')
  const rows = (await matching.clone().orderBy([{ column: 'created_at', order }, { column: 'seq', order }]).limit(limit).offset((page - 1) * limit)) as CrmCallRow[]
  return { rows: rows.map(presentCall), total: Number(count?.count ?? 0) }
}

function presentCall(row: CrmCallRow): z.input<typeof CrmCall> {
  const { direction, number, name, who, startedAt } = row.note as CallNote
  return {
    id: row.id, callId: row.call_id, state: row.gave_up_at !== null ? 'failed' : row.done_at === null ? 'waiting' : row.record_id === null ? 'left-out' : 'logged',
    direction, number, name, who, startedAt: isoOf(startedAt), recordUrl: row.record_url, madeContact: row.made_contact, why: row.left_out,
    tries: row.tries, status: row.last_status, error: row.last_error, ms: row.last_ms, lastTryAt: isoOrNull(row.last_try_at),
  }
}

/** Has calls logged again: one, or all that were given up. @returns how many */
export async function replay(trx: Transaction, connectionId: string, id: string | undefined): Promise<number> {
  const rows = trx<CrmCallRow>('crm_calls').where({ connection_id: connectionId })
  if (id === undefined) rows.whereNotNull('gave_up_at')
  else rows.where({ id }).whereRaw(`NOT (${WAITING})`)
  // `created_at` begins anew: how long it is tried counts from now.
  return rows.update({ done_at: null, gave_up_at: null, claimed_until: null, left_out: null, last_error: null, last_status: null, created_at: trx.fn.now() } as never)
}
