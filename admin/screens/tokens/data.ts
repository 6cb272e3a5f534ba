import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { createToken, deleteToken, listTokens, type ApiTokenCreate } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient } from '../../app/query-client.ts'
import type { NewApiToken } from '../../app/types.ts'

export function useTokens(query: { search?: string; page?: number; limit?: number; sort?: 'created_at' | 'name'; order?: 'asc' | 'desc' }) {
  return useQuery({
    queryKey: [...keys.tokens, query],
    queryFn: async () => (await listTokens({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  })
}

export async function addToken(body: ApiTokenCreate): Promise<NewApiToken> {
  const { data } = await createToken({ body, throwOnError: true })
  void queryClient.invalidateQueries({ queryKey: keys.tokens })
  return data.data
}

export async function removeToken(id: string): Promise<void> {
  await deleteToken({ path: { id }, throwOnError: true })
  void queryClient.invalidateQueries({ queryKey: keys.tokens })
}
