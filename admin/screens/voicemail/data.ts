import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  deleteVoiceMessage, forwardVoiceMessage, listMailboxes, listVoiceMessages, markVoiceMessage, removeGreeting, setGreeting, setMailboxPin, updateMailbox,
  type GreetingKind, type ListVoiceMessagesData, type MailboxUpdate,
} from '../../client/index.ts'
import { base64Of } from '../../app/base64.ts'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'

export function useMailboxes() {
  return useQuery({ queryKey: [...keys.voicemail, 'boxes'], queryFn: async () => (await listMailboxes({ throwOnError: true })).data.data })
}

export function useMessages(query: NonNullable<ListVoiceMessagesData['query']>) {
  return useQuery({
    queryKey: [...keys.voicemail, 'messages', query],
    queryFn: async () => (await listVoiceMessages({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  })
}

const changed = rereading(keys.voicemail)

export const changeMailbox = (id: string, body: MailboxUpdate) => changed(updateMailbox({ path: { id }, body, throwOnError: true }))
export const changePin = (id: string, pin: string | null) => changed(setMailboxPin({ path: { id }, body: { pin }, throwOnError: true }))
export const greetWithText = (id: string, kind: GreetingKind, text: string) => changed(setGreeting({ path: { id }, query: { kind }, body: { text }, throwOnError: true }))
export const greetWithFile = async (id: string, kind: GreetingKind, file: File) => changed(setGreeting({ path: { id }, query: { kind }, body: { sound: await base64Of(file) }, throwOnError: true }))
export const dropGreeting = (id: string, kind: GreetingKind) => changed(removeGreeting({ path: { id }, query: { kind }, throwOnError: true }))
export const mark = (id: string, body: { heard?: boolean; urgent?: boolean }) => changed(markVoiceMessage({ path: { id }, body, throwOnError: true }))
export const sendOn = (id: string, mailboxIds: string[]) => changed(forwardVoiceMessage({ path: { id }, body: { mailboxIds }, throwOnError: true }))
export const remove = (id: string) => changed(deleteVoiceMessage({ path: { id }, throwOnError: true }))

export const audioOf = (id: string): string => `/api/v1/voicemail/${id}/audio`
export const downloadOf = (id: string): string => `${audioOf(id)}?download=true`
export const wavOf = (id: string): string => `${audioOf(id)}.wav`
/** @param version of the mailbox: another greeting has another address */
export const greetingOf = (id: string, kind: GreetingKind, version: number): string => `/api/v1/mailboxes/${id}/greeting?kind=${kind}#${version}`
