/** Records that HubSpot has made of calls itself, by the page in its calling window. */
import type { Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { CrmRecordRow } from '../../migrations/tables.ts'
import type { CallNote } from './call-note.ts'

/** A record that somebody named, which need not be of the call. */
export interface NamedRecord {
  id: string
  namedAt: Date
}

/** @throws Refusal `conflict` where another was named: the first stays, whoever else's phone rings for the call */
export async function keepRecord(trx: Transaction, tenantId: string, rootId: string, recordId: string): Promise<void> {
  await trx('crm_records').insert({ tenant_id: tenantId, root_id: rootId, record_id: recordId }).onConflict(['tenant_id', 'root_id']).ignore()
  const kept = await trx<CrmRecordRow>('crm_records').where({ tenant_id: tenantId, root_id: rootId }).first('record_id')
  if (kept?.record_id !== recordId) throw new Refusal('conflict', 'Another record of this call was named already.')
}

/** The record that this call is written into; of several calls of a chain the first that asks. */
export async function takeRecord(trx: Transaction, tenantId: string, { callId, rootId }: Pick<CallNote, 'callId' | 'rootId'>): Promise<NamedRecord | undefined> {
  const [row] = (await trx<CrmRecordRow>('crm_records').where({ tenant_id: tenantId, root_id: rootId }).where((one) => one.whereNull('call_id').orWhere({ call_id: callId })).update({ call_id: callId }).returning(['record_id', 'created_at'])) as Pick<CrmRecordRow, 'record_id' | 'created_at'>[]
  return row && { id: row.record_id, namedAt: row.created_at }
}
