import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import {
  createContact, deleteContact, getContactSettings, importContacts, listContacts, updateContact, updateContactSettings,
  type ContactCreate, type ContactImportReport, type ContactSettingsUpdate, type ContactUpdate, type ListContactsData,
} from '../../client/index.ts'

export function useContacts(query: NonNullable<ListContactsData['query']>) {
  return useQuery({ queryKey: [...keys.contacts, 'list', query], queryFn: async () => (await listContacts({ query, throwOnError: true })).data })
}

export function useContactSettings(enabled = true) {
  return useQuery({ queryKey: [...keys.contacts, 'settings'], enabled, queryFn: async () => (await getContactSettings({ throwOnError: true })).data.data })
}

const changed = rereading(keys.contacts)

export const addContact = (body: ContactCreate) => changed(createContact({ body, throwOnError: true }))
export const changeContact = (id: string, body: ContactUpdate) => changed(updateContact({ path: { id }, body, throwOnError: true }))
export const removeContact = (id: string) => changed(deleteContact({ path: { id }, throwOnError: true }))
export const saveContactSettings = (body: ContactSettingsUpdate) => changed(updateContactSettings({ body, throwOnError: true }))

/** `trial`: only says what would happen. */
export async function importCsv(csv: string, trial: boolean): Promise<ContactImportReport> {
  const asked = importContacts({ body: { csv, trial }, throwOnError: true })
  return (await (trial ? asked : changed(asked))).data.data
}
