import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createRingGroup, deleteRingGroup, listRingGroups, updateRingGroup, type RingGroupCreate, type RingGroupUpdate } from '../../client/index.ts'

export function useRingGroups() {
  return useQuery({ queryKey: keys.ringGroups, queryFn: async () => (await listRingGroups({ throwOnError: true })).data.data })
}

const changed = rereading(keys.ringGroups)

export async function addRingGroup(body: RingGroupCreate): Promise<void> {
  await changed(createRingGroup({ body, throwOnError: true }))
}

export async function changeRingGroup(id: string, body: RingGroupUpdate): Promise<void> {
  await changed(updateRingGroup({ path: { id }, body, throwOnError: true }))
}

export async function removeRingGroup(id: string): Promise<void> {
  await changed(deleteRingGroup({ path: { id }, throwOnError: true }))
}
