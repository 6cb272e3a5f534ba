import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import type { PhoneKey, PhoneLink } from '../../app/types.ts'
import {
  closeForPhones as closeIt, createPhone, createPhoneLink, deletePhone, getPhoneOpening, getPhoneSettings, listPhones, listPhoneVendors, openForPhones as openIt, resyncPhone, setPhoneKeys, showPhoneAdminPassword, updatePhone, type PhoneAsked, type PhoneOpeningCreate, type PhoneOpeningMade, type ProvisionedPhoneCreate, type ProvisionedPhoneUpdate,
} from '../../client/index.ts'

/** What phones do is announced by nobody: it is looked at again while it is shown. */
const LOOK_MS = 10_000

export function usePhones() {
  return useQuery({ queryKey: keys.phones, queryFn: async () => (await listPhones({ throwOnError: true })).data.data, refetchInterval: LOOK_MS })
}

export function usePhoneVendors() {
  return useQuery({ queryKey: keys.phoneVendors, queryFn: async () => (await listPhoneVendors({ throwOnError: true })).data.data, staleTime: Infinity })
}

export function usePhoneSettings(id: string) {
  return useQuery({ queryKey: [...keys.phones, 'settings', id], queryFn: async () => (await getPhoneSettings({ path: { id }, throwOnError: true })).data.data, enabled: id !== '' })
}

export function usePhoneOpening() {
  return useQuery({ queryKey: [...keys.phones, 'opening'], queryFn: async () => (await getPhoneOpening({ throwOnError: true })).data.data })
}

const changed = rereading(keys.phones)

export const addPhone = async (body: ProvisionedPhoneCreate) => (await changed(createPhone({ body, throwOnError: true }))).data.data
export const changePhone = (id: string, body: ProvisionedPhoneUpdate) => changed(updatePhone({ path: { id }, body, throwOnError: true }))
export const removePhone = (id: string) => changed(deletePhone({ path: { id }, throwOnError: true }))
export const changeKeys = async (phoneIds: string[], keysOf: PhoneKey[]): Promise<number> => (await changed(setPhoneKeys({ body: { phoneIds, keys: keysOf }, throwOnError: true }))).data.data.count
export const makeLink = async (id: string): Promise<PhoneLink> => (await changed(createPhoneLink({ path: { id }, throwOnError: true }))).data.data
export const showPassword = async (id: string): Promise<string> => (await showPhoneAdminPassword({ path: { id }, throwOnError: true })).data.data.password
export const askPhone = async (id: string, restart: boolean): Promise<PhoneAsked> => (await changed(resyncPhone({ path: { id }, body: { restart }, throwOnError: true }))).data.data
export const openForPhones = async (body: PhoneOpeningCreate): Promise<PhoneOpeningMade> => (await changed(openIt({ body, throwOnError: true }))).data.data
export const closeForPhones = () => changed(closeIt({ throwOnError: true }))
