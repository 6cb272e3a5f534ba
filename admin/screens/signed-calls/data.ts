import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { getStirSettings, updateStirSettings, type StirSettingsUpdate } from '../../client/index.ts'

export function useStirSettings() {
  return useQuery({ queryKey: keys.stir, queryFn: async () => (await getStirSettings({ throwOnError: true })).data.data })
}

const changed = rereading(keys.stir)

export const changeStirSettings = (body: StirSettingsUpdate) => changed(updateStirSettings({ body, throwOnError: true }))
