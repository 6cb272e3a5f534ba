import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { explainRouting, listFeatureCodes } from '../../client/index.ts'

export interface Question {
  /** The number of an extension; empty: anybody. */
  from: string
  to: string
  /** `2026-12-24T18:00` where the browser is; empty: now. */
  at: string
}

/** What would happen, asked anew whenever somebody asks. */
export function useExplanation(question: Question | undefined) {
  return useQuery({
    queryKey: [...keys.extensions, 'explanation', question],
    queryFn: async () => {
      const { from, to, at } = question ?? { from: '', to: '', at: '' }
      return (await explainRouting({ query: { to, ...(from !== '' && { from }), ...(at !== '' && { at: new Date(at).toISOString() }) }, throwOnError: true })).data.data
    },
    enabled: question !== undefined,
    retry: false,
    gcTime: 0,
  })
}

export function useFeatureCodes() {
  return useQuery({ queryKey: keys.featureCodes, queryFn: async () => (await listFeatureCodes({ throwOnError: true })).data.data, staleTime: Infinity })
}
