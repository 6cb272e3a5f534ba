import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createWakeUp, deleteWakeUp, getCallSettings, listWakeUps, updateCallSettings, updateWakeUp, type CallSettingsUpdate, type WakeUpCreate, type WakeUpUpdate } from '../../client/index.ts'

const EVERY_MS = 15_000

/** Asked again now and then: they are set by phone, and are over by themselves. */
export function useWakeUps() {
  return useQuery({ queryKey: keys.wakeUps, queryFn: async () => (await listWakeUps({ throwOnError: true })).data.data, refetchInterval: EVERY_MS })
}

const changed = rereading(keys.wakeUps)

export const addWakeUp = (body: WakeUpCreate) => changed(createWakeUp({ body, throwOnError: true }))
export const changeWakeUp = (id: string, body: WakeUpUpdate) => changed(updateWakeUp({ path: { id }, body, throwOnError: true }))
export const removeWakeUp = (id: string) => changed(deleteWakeUp({ path: { id }, throwOnError: true }))

export function useCallSettings(enabled = true) {
  return useQuery({ queryKey: keys.callSettings, queryFn: async () => (await getCallSettings({ throwOnError: true })).data.data, enabled })
}

const settingsChanged = rereading(keys.callSettings)

export const changeCallSettings = (body: CallSettingsUpdate) => settingsChanged(updateCallSettings({ body, throwOnError: true }))
