import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createPagingGroup, deletePagingGroup, listPagingGroups, updatePagingGroup, type PagingGroupCreate, type PagingGroupUpdate } from '../../client/index.ts'

export function usePagingGroups() {
  return useQuery({ queryKey: keys.pagingGroups, queryFn: async () => (await listPagingGroups({ throwOnError: true })).data.data })
}

const changed = rereading(keys.pagingGroups)

export const addPagingGroup = (body: PagingGroupCreate) => changed(createPagingGroup({ body, throwOnError: true }))
export const changePagingGroup = (id: string, body: PagingGroupUpdate) => changed(updatePagingGroup({ path: { id }, body, throwOnError: true }))
export const removePagingGroup = (id: string) => changed(deletePagingGroup({ path: { id }, throwOnError: true }))
