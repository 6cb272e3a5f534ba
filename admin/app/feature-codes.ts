import { useQuery } from '@tanstack/react-query'
import { listFeatureCodes } from '../client/index.ts'
import { keys } from './keys.ts'

export function useFeatureCodes() {
  return useQuery({ queryKey: keys.featureCodes, queryFn: async () => (await listFeatureCodes({ throwOnError: true })).data.data })
}

/** What phones dial for an action; undefined when it is switched off, or not known yet. */
export function useCode(): (action: string) => string | undefined {
  const { data } = useFeatureCodes()
  return (action) => data?.find((one) => one.action === action && one.enabled)?.code
}
