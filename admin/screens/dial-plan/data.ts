import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { explainRouting, listFeatureCodes } from '../../client/index.ts'

export interface Question {
  /** The number of an extension; empty: anybody. */
  from: string
  to: string
}

/** What would happen, asked anew whenever somebody asks. */
export function useExplanation(question: Question | undefined) {
  return useQuery({
    queryKey: [...keys.extensions, 'explanation', question],
    queryFn: async () => {
      const { from, to } = question ?? { from: '', to: '' }
      return (await explainRouting({ query: { to, ...(from !== '' && { from }) }, throwOnError: true })).data.data
    },
    enabled: question !== undefined,
    retry: false,
    gcTime: 0,
  })
}

export function useFeatureCodes() {
  return useQuery({ queryKey: keys.featureCodes, queryFn: async () => (await listFeatureCodes({ throwOnError: true })).data.data, staleTime: Infinity })
}
