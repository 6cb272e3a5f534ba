import { hangUpCall, recordCall, superviseCall, transferCall as sendOn, type SupervisionOrder, type TransferOrder } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient } from '../../app/query-client.ts'

export async function hangUp(id: string): Promise<void> {
  await hangUpCall({ path: { id }, throwOnError: true })
}

export type RecordAction = 'start' | 'pause' | 'resume' | 'stop'

export async function record(id: string, action: RecordAction): Promise<void> {
  await recordCall({ path: { id }, body: { action }, throwOnError: true })
  void queryClient.invalidateQueries({ queryKey: keys.call(id) })
}

export type Mode = NonNullable<SupervisionOrder['mode']>
export type Side = SupervisionOrder['side']

export async function supervise(id: string, body: SupervisionOrder): Promise<void> {
  await superviseCall({ path: { id }, body, throwOnError: true })
}

export async function transferCall(id: string, body: TransferOrder): Promise<void> {
  await sendOn({ path: { id }, body, throwOnError: true })
}
