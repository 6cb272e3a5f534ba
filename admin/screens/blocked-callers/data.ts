import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createBlockedCaller, deleteBlockedCaller, importBlockedCallers, listBlockedCallers, updateBlockedCaller, type BlockedCallerCreate, type BlockedCallerUpdate } from '../../client/index.ts'

export function useBlockedCallers() {
  return useQuery({ queryKey: keys.blockedCallers, queryFn: async () => (await listBlockedCallers({ throwOnError: true })).data.data })
}

const changed = rereading(keys.blockedCallers)

export const addBlockedCaller = (body: BlockedCallerCreate) => changed(createBlockedCaller({ body, throwOnError: true }))
export const changeBlockedCaller = (id: string, body: BlockedCallerUpdate) => changed(updateBlockedCaller({ path: { id }, body, throwOnError: true }))
export const removeBlockedCaller = (id: string) => changed(deleteBlockedCaller({ path: { id }, throwOnError: true }))

/** Reads a file of rules, only to try it or to make them. @param name why, of new ones that say nothing */
export async function importCsv(csv: string, name: string, trial: boolean) {
  const asked = importBlockedCallers({ body: { csv, trial, ...(name !== '' && { name }) }, throwOnError: true })
  return (await (trial ? asked : changed(asked))).data.data
}
