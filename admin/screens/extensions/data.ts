import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  createDevice, createExtension, deleteDevice, deleteExtension, getExtension, importExtensions, listExtensions, renewDeviceCredentials, updateDevice, updateExtension,
  type ExtensionCreate, type ExtensionImportReport, type ExtensionUpdate,
} from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient, rereading } from '../../app/query-client.ts'
import type { Device, Extension, SipCredentials } from '../../app/types.ts'

export interface ExtensionFilter {
  search?: string
  page?: number
  limit?: number
  sort?: 'number' | 'name' | 'created_at'
  order?: 'asc' | 'desc'
}

export function useExtensions(filter: ExtensionFilter, { enabled = true } = {}) {
  const { search, ...rest } = filter
  const query = { ...rest, ...(search !== undefined && search !== '' && { search }) }
  return useQuery({
    queryKey: [...keys.extensions, 'list', query],
    queryFn: async () => (await listExtensions({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    enabled,
  })
}

export function useExtension(id: string) {
  return useQuery({
    queryKey: [...keys.extensions, 'one', id],
    queryFn: async () => (await getExtension({ path: { id }, throwOnError: true })).data.data,
    // Nobody is chosen yet.
    enabled: id !== '',
  })
}

const changed = rereading(keys.extensions)

export async function addExtension(body: ExtensionCreate): Promise<{ extension: Extension; credentials: SipCredentials }> {
  return (await changed(createExtension({ body, throwOnError: true }))).data.data
}

export async function changeExtension(id: string, body: ExtensionUpdate): Promise<void> {
  await changed(updateExtension({ path: { id }, body, throwOnError: true }))
}

export async function removeExtension(id: string): Promise<void> {
  await deleteExtension({ path: { id }, throwOnError: true })
  queryClient.removeQueries({ queryKey: [...keys.extensions, 'one', id] })
  void queryClient.invalidateQueries({ queryKey: [...keys.extensions, 'list'] })
}

/** `trial`: only says what would happen. */
export async function importCsv(csv: string, trial: boolean): Promise<ExtensionImportReport> {
  const asked = importExtensions({ body: { csv, trial }, throwOnError: true })
  return (await (trial ? asked : changed(asked))).data.data
}

export async function addDevice(extensionId: string, name: string): Promise<{ device: Device; credentials: SipCredentials }> {
  return (await changed(createDevice({ path: { id: extensionId }, body: { name }, throwOnError: true }))).data.data
}

export async function changeDevice(device: Device, body: { name?: string; enabled?: boolean }): Promise<void> {
  await changed(updateDevice({ path: { id: device.id }, body: { ...body, version: device.version }, throwOnError: true }))
}

export async function renewCredentials(deviceId: string): Promise<SipCredentials> {
  return (await changed(renewDeviceCredentials({ path: { id: deviceId }, throwOnError: true }))).data.data
}

export async function removeDevice(deviceId: string): Promise<void> {
  await changed(deleteDevice({ path: { id: deviceId }, throwOnError: true }))
}
