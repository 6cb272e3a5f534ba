import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { discardMessage, getMessageSettings, listWaitingMessages, updateMessageSettings, type ListWaitingMessagesData, type MessageSettingsUpdate } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'

export function useMessageSettings() {
  return useQuery({ queryKey: [...keys.messages, 'settings'], queryFn: async () => (await getMessageSettings({ throwOnError: true })).data.data })
}

/** Of one extension, or of all. */
export function useWaitingMessages(query: NonNullable<ListWaitingMessagesData['query']>) {
  return useQuery({
    queryKey: [...keys.messages, 'waiting', query],
    queryFn: async () => (await listWaitingMessages({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  })
}

const changed = rereading(keys.messages)

export const saveMessageSettings = (body: MessageSettingsUpdate) => changed(updateMessageSettings({ body, throwOnError: true }))
export const discard = (id: string) => changed(discardMessage({ path: { id }, throwOnError: true }))
