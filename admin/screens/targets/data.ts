import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { queryClient } from '../../app/query-client.ts'
import type { SipName } from '../../app/types.ts'
import { listSipTargets, lookUpSipTarget } from '../../client/index.ts'

/** Names and their targets, asked for every ten seconds while someone looks. */
export function useTargets() {
  return useQuery({
    queryKey: keys.targets,
    queryFn: async () => (await listSipTargets({ query: { limit: 100 }, throwOnError: true })).data.data,
    refetchInterval: 10_000,
  })
}

/** Looks up a name that may be new. */
export async function showTarget(name: string): Promise<SipName | undefined> {
  const { data } = await listSipTargets({ query: { name }, throwOnError: true })
  await queryClient.invalidateQueries({ queryKey: keys.targets })
  return data.data[0]
}

/** Forgets what is known about a name, and looks it up. */
export async function lookUpAgain(name: string): Promise<void> {
  await lookUpSipTarget({ body: { name }, throwOnError: true })
  await queryClient.invalidateQueries({ queryKey: keys.targets })
}
