import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { listSharedPhones, logOutAtPhone, sharePhone as share, unsharePhone as unshare, type SharedPhoneSettings } from '../../client/index.ts'

export function useSharedPhones() {
  return useQuery({ queryKey: keys.sharedPhones, queryFn: async () => (await listSharedPhones({ throwOnError: true })).data.data })
}

const changed = rereading(keys.sharedPhones)

export const sharePhone = (id: string, body: SharedPhoneSettings) => changed(share({ path: { id }, body, throwOnError: true }))
export const unsharePhone = (id: string) => changed(unshare({ path: { id }, throwOnError: true }))
export const logOutAt = (id: string) => changed(logOutAtPhone({ path: { id }, throwOnError: true }))
