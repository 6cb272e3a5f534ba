import { useQuery } from '@tanstack/react-query'
import { listFeatureCodes } from '../client/index.ts'
import { keys } from './keys.ts'
import { useCan } from './session.tsx'

export function useFeatureCodes() {
  const can = useCan()
  return useQuery({ queryKey: keys.featureCodes, enabled: can('extensions.read'), queryFn: async () => (await listFeatureCodes({ throwOnError: true })).data.data })
}

/** What phones dial for an action; undefined when it is switched off, or not known yet. */
export function useCode(): (action: string) => string | undefined {
  const { data } = useFeatureCodes()
  return (action) => data?.find((one) => one.action === action && one.enabled)?.code
}
