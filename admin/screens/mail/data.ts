import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { discardMail, getMailSettings, listMail, removeMailSettings, retryMail, setMailSettings, testMail, type ListMailData, type MailSettingsInput } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'

export function useMailSettings() {
  return useQuery({ queryKey: [...keys.mail, 'settings'], queryFn: async () => (await getMailSettings({ throwOnError: true })).data.data })
}

/** What waits changes by itself. */
export function useMail(query: NonNullable<ListMailData['query']>) {
  return useQuery({
    queryKey: [...keys.mail, 'list', query],
    queryFn: async () => (await listMail({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  })
}

const changed = rereading(keys.mail)

export const saveSettings = (body: MailSettingsInput) => changed(setMailSettings({ body, throwOnError: true }))
export const removeSettings = () => changed(removeMailSettings({ throwOnError: true }))
export const sendTest = (to: string) => testMail({ body: { to }, throwOnError: true })
export const tryAgain = (id: string) => changed(retryMail({ path: { id }, throwOnError: true }))
export const discard = (id: string) => changed(discardMail({ path: { id }, throwOnError: true }))
