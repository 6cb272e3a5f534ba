import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createOutboundRoute, deleteOutboundRoute, listOutboundRoutes, updateOutboundRoute, type OutboundRouteCreate, type OutboundRouteUpdate } from '../../client/index.ts'

export function useOutboundRoutes() {
  return useQuery({ queryKey: keys.outboundRoutes, queryFn: async () => (await listOutboundRoutes({ throwOnError: true })).data.data })
}

const changed = rereading(keys.outboundRoutes)

export async function addOutboundRoute(body: OutboundRouteCreate): Promise<void> {
  await changed(createOutboundRoute({ body, throwOnError: true }))
}

export async function changeOutboundRoute(id: string, body: OutboundRouteUpdate): Promise<void> {
  await changed(updateOutboundRoute({ path: { id }, body, throwOnError: true }))
}

export async function removeOutboundRoute(id: string): Promise<void> {
  await changed(deleteOutboundRoute({ path: { id }, throwOnError: true }))
}
