/** Records that HubSpot has made of calls itself, by the page in its calling window. */
import type { Transaction } from '../../config/database/index.ts'
import type { CrmRecordRow } from '../../migrations/tables.ts'
import type { CallNote } from './call-note.ts'

export async function keepRecord(trx: Transaction, tenantId: string, rootId: string, recordId: string): Promise<void> {
  await trx('crm_records').insert({ tenant_id: tenantId, root_id: rootId, record_id: recordId }).onConflict(['tenant_id', 'root_id']).merge(['record_id'])
}

/** The record that this call is written into; of several calls of a chain the first that asks. */
export async function takeRecord(trx: Transaction, tenantId: string, { callId, rootId }: Pick<CallNote, 'callId' | 'rootId'>): Promise<string | undefined> {
  const [row] = (await trx<CrmRecordRow>('crm_records').where({ tenant_id: tenantId, root_id: rootId }).where((one) => one.whereNull('call_id').orWhere({ call_id: callId })).update({ call_id: callId }).returning('record_id')) as Pick<CrmRecordRow, 'record_id'>[]
  return row?.record_id
}
