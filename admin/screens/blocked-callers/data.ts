import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createBlockedCaller, deleteBlockedCaller, listBlockedCallers, updateBlockedCaller, type BlockedCallerCreate, type BlockedCallerUpdate } from '../../client/index.ts'

export function useBlockedCallers() {
  return useQuery({ queryKey: keys.blockedCallers, queryFn: async () => (await listBlockedCallers({ throwOnError: true })).data.data })
}

const changed = rereading(keys.blockedCallers)

export const addBlockedCaller = (body: BlockedCallerCreate) => changed(createBlockedCaller({ body, throwOnError: true }))
export const changeBlockedCaller = (id: string, body: BlockedCallerUpdate) => changed(updateBlockedCaller({ path: { id }, body, throwOnError: true }))
export const removeBlockedCaller = (id: string) => changed(deleteBlockedCaller({ path: { id }, throwOnError: true }))
