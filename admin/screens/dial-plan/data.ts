import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { explainRouting, resetFeatureCode, updateFeatureCode, type FeatureCodeUpdate } from '../../client/index.ts'

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

const changed = rereading(keys.featureCodes)

export const changeFeatureCode = (action: string, body: FeatureCodeUpdate) => changed(updateFeatureCode({ path: { action }, body, throwOnError: true }))
export const restoreFeatureCode = (action: string) => changed(resetFeatureCode({ path: { action }, throwOnError: true }))
