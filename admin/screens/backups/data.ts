import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { createBackup, deleteBackup, getBackupSettings, listBackups, setBackupKey, tryBackup, updateBackupSettings, type BackupSettingsChange } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'

export function useBackupSettings() {
  return useQuery({ queryKey: [...keys.backups, 'settings'], queryFn: async () => (await getBackupSettings({ throwOnError: true })).data.data })
}

/** What is being made or tried changes by itself. */
export function useBackups(query: { page: number; limit: number }) {
  return useQuery({
    queryKey: [...keys.backups, 'list', query],
    queryFn: async () => (await listBackups({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.data.some((one) => one.state === 'running' || one.trial === 'running') ? 1_000 : 30_000),
  })
}

const changed = rereading(keys.backups)

export const makeNow = () => changed(createBackup({ throwOnError: true }))
export const tryOut = (id: string) => changed(tryBackup({ path: { id }, throwOnError: true }))
export const remove = (id: string) => changed(deleteBackup({ path: { id }, throwOnError: true }))
export const saveSettings = (body: BackupSettingsChange) => changed(updateBackupSettings({ body, throwOnError: true }))
export const setKey = async (passphrase: string | null) => (await changed(setBackupKey({ body: { passphrase }, throwOnError: true }))).data.data
export const fileOf = (id: string): string => `/api/v1/backups/${id}/file`
