import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createCrmConnection, deleteCrmConnection, listCrmCalls, listCrmConnections, replayCrmCall, replayCrmConnection, testCrmConnection, updateCrmConnection, type CrmCall, type CrmConnectionCreate, type CrmConnectionUpdate } from '../../client/index.ts'
import { t } from '../../words/translate.ts'

/** How each fares is told by nobody, so it is asked for again while somebody looks. */
export function useConnections() {
  return useQuery({ queryKey: keys.crm, queryFn: async () => (await listCrmConnections({ throwOnError: true })).data.data, refetchInterval: 5_000 })
}

export function useLoggedCalls(id: string, query: { page: number; limit: number; state?: CrmCall['state'] }) {
  return useQuery({ queryKey: [...keys.crm, id, query], queryFn: async () => (await listCrmCalls({ path: { id }, query, throwOnError: true })).data, placeholderData: keepPreviousData, refetchInterval: 5_000 })
}

const changed = rereading(keys.crm)

export async function addConnection(body: CrmConnectionCreate): Promise<void> {
  await changed(createCrmConnection({ body, throwOnError: true }))
}

export async function changeConnection(id: string, body: CrmConnectionUpdate): Promise<void> {
  await changed(updateCrmConnection({ path: { id }, body, throwOnError: true }))
}

export async function removeConnection(id: string): Promise<void> {
  await changed(deleteCrmConnection({ path: { id }, throwOnError: true }))
}

/** What the CRM answered to a test, in a sentence; throws it as an error when it does not take the credentials. */
export async function testConnection(id: string): Promise<string> {
  const { account, error } = (await changed(testCrmConnection({ path: { id }, throwOnError: true }))).data.data
  if (error !== null) throw new Error(error)
  return t('It takes the token: {{account}}.', { account: account ?? '' })
}

export async function logAllAgain(id: string): Promise<number> {
  return (await changed(replayCrmConnection({ path: { id }, throwOnError: true }))).data.data.count
}

export async function logAgain(id: string): Promise<void> {
  await changed(replayCrmCall({ path: { id }, throwOnError: true }))
}
