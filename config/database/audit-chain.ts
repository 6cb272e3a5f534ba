import type { Transaction } from './index.ts'

/** What reading a tenant's audit from its first row to its last came to. */
export interface AuditVerification {
  /** Rows read. */
  entries: number
  /** Hash of the last row, in hex; kept elsewhere it also shows a chain that was made anew. Undefined: no rows, or broken. */
  head: string | undefined
  /** The first place that does not fit; undefined: all do. `entryId` is undefined where rows are missing at the end. */
  broken: { entryId: string | undefined; position: number; reason: string } | undefined
}

interface Misfit {
  id: string
  seq: string
  place: string
}

/** Reads the whole chain of one tenant, inside the database: nothing of it is brought here. */
export async function verifyAuditChain(trx: Transaction, tenantId: string): Promise<AuditVerification> {
  const { rows: misfits } = await trx.raw<{ rows: Misfit[] }>(
    `SELECT id, seq, place FROM (
       SELECT a.id, a.seq, a.hash, row_number() OVER chain AS place,
              audit_row_hash(coalesce(lag(a.hash) OVER chain, ''), a) AS expected
       FROM audit_log a WHERE a.tenant_id = ? WINDOW chain AS (ORDER BY a.seq)) AS read
     WHERE seq <> place OR hash <> expected ORDER BY place LIMIT 1`,
    [tenantId],
  )
  const counted = await trx('audit_log').where({ tenant_id: tenantId }).count<{ count: string }[]>('* as count')
  const last = await trx('audit_log').where({ tenant_id: tenantId }).orderBy('seq', 'desc').first<{ id: string; seq: string; hash: Buffer } | undefined>('id', 'seq', 'hash')
  const kept = await trx('audit_heads').where({ tenant_id: tenantId }).first<{ seq: string; hash: Buffer } | undefined>('seq', 'hash')
  const entries = Number(counted[0]?.count ?? 0)
  const found = (entryId: string | undefined, position: number, reason: string): AuditVerification => ({ entries, head: undefined, broken: { entryId, position, reason } })
  const misfit = misfits[0]
  if (misfit && misfit.seq !== misfit.place) return found(misfit.id, Number(misfit.place), 'An entry before this one is missing.')
  if (misfit) return found(misfit.id, Number(misfit.place), 'This entry is not what was written, or the one before it was replaced.')
  if ((kept?.seq ?? '0') !== (last?.seq ?? '0')) return found(last?.id, entries, `${kept?.seq ?? 0} entries were written and ${entries} are there: those after this one are missing.`)
  if (last && kept && !last.hash.equals(kept.hash)) return found(last.id, entries, 'The last entry is not the one that was written last.')
  return { entries, head: last?.hash.toString('hex'), broken: undefined }
}

/** Of every tenant, for the command line. */
export async function verifyAllAudits(trx: Transaction): Promise<({ tenant: string } & AuditVerification)[]> {
  const verified: ({ tenant: string } & AuditVerification)[] = []
  const tenants = await trx('tenants').orderBy('slug').select<{ id: string; slug: string }[]>('id', 'slug')
  for (const { id, slug } of tenants) verified.push({ tenant: slug, ...(await verifyAuditChain(trx, id)) })
  return verified
}
