import { useQuery } from '@tanstack/react-query'
import { getSystem } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'

/** Health is asked for every ten seconds while someone looks. */
export function useSystem({ enabled = true } = {}) {
  return useQuery({
    queryKey: keys.system,
    queryFn: async () => (await getSystem({ throwOnError: true })).data.data,
    refetchInterval: 10_000,
    enabled,
  })
}
