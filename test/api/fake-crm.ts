/** A connection to a CRM, and a call that was logged there. */
import { randomUUID } from 'node:crypto'
import type { Ground } from './ground.ts'

export const newConnection = (number: number) => ({ name: `CRM ${number}`, kind: 'hubspot', address: 'http://127.0.0.1:9', token: 'pat-na1-token', enabled: false })

export const connect = async ({ admin }: Ground, number: number): Promise<string> => (await admin.post<{ id: string }>('/crm-connections', newConnection(number))).id

export async function loggedCall({ database, tenantId }: Ground, connectionId: string): Promise<string> {
  const id = randomUUID()
  const note = { callId: id, rootId: id, direction: 'inbound', number: '+12025550123', name: null, ownNumber: '100', who: null, extensionIds: [], startedAt: 0, endedAt: 0, talkMs: 0, outcome: 'talked', explanation: '' }
  await database.system('test', (trx) => trx('crm_calls').insert({ id, tenant_id: tenantId, connection_id: connectionId, call_id: id, note: JSON.stringify(note), done_at: new Date() }))
  return id
}
