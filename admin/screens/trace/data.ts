import { useQuery } from '@tanstack/react-query'
import { getCallTrace } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'

export function useTrace(id: string) {
  return useQuery({
    queryKey: keys.trace(id),
    queryFn: async () => (await getCallTrace({ path: { id }, throwOnError: true })).data.data,
  })
}
