import type { z } from 'zod'
import type { Transaction } from '../../config/database/index.ts'
import type { AuditLogRow } from '../../migrations/tables.ts'
import type { AuditQuery } from './schemas.ts'

const NAMES = ['number', 'name', 'email', 'username', 'network']

/** One page of the audit of the transaction's tenant. */
export async function listAudit(trx: Transaction, query: z.output<typeof AuditQuery>): Promise<{ rows: AuditLogRow[]; total: number }> {
  const matching = trx<AuditLogRow>('audit_log').modify((rows) => {
    if (query.action !== undefined) rows.where('action', query.action)
    if (query.actorId !== undefined) rows.where('actor_id', query.actorId)
    if (query.subjectType !== undefined) rows.where('subject_type', query.subjectType)
    if (query.subjectId !== undefined) rows.where('subject_id', query.subjectId)
    if (query.from !== undefined) rows.where('at', '>=', new Date(query.from))
    if (query.to !== undefined) rows.where('at', '<', new Date(query.to))
    if (query.search !== undefined) {
      const pattern = `%${query.search.replace(/[\\%_]/g, '\\$&')}%`
      rows.where((any) => {
        any.whereILike('actor_name', pattern).orWhereILike('action', pattern).orWhereILike('subject_id', pattern)
        // What a list calls the thing by, as it is now or was before it went.
        for (const field of NAMES) any.orWhereRaw('coalesce("after", "before")->>?::text ILIKE ?', [field, pattern])
      })
    }
  })
  const [counted] = await matching.clone().count<{ count: string }[]>('id as count')
  const rows = await matching
    .clone()
    .select('*')
    // The id settles entries of the same instant in the order they were written.
    .orderBy([{ column: 'at', order: query.order }, { column: 'id', order: query.order }])
    .limit(query.limit)
    .offset((query.page - 1) * query.limit)
  return { rows: rows as AuditLogRow[], total: Number(counted?.count ?? 0) }
}
