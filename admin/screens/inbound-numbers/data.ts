import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createInboundNumber, deleteInboundNumber, listInboundNumbers, updateInboundNumber, type InboundNumberCreate, type InboundNumberUpdate } from '../../client/index.ts'

export function useInboundNumbers() {
  return useQuery({ queryKey: keys.inboundNumbers, queryFn: async () => (await listInboundNumbers({ throwOnError: true })).data.data })
}

const changed = rereading(keys.inboundNumbers)

export async function addInboundNumber(body: InboundNumberCreate): Promise<void> {
  await changed(createInboundNumber({ body, throwOnError: true }))
}

export async function changeInboundNumber(id: string, body: InboundNumberUpdate): Promise<void> {
  await changed(updateInboundNumber({ path: { id }, body, throwOnError: true }))
}

export async function removeInboundNumber(id: string): Promise<void> {
  await changed(deleteInboundNumber({ path: { id }, throwOnError: true }))
}
