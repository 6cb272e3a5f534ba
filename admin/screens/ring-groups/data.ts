import { useQuery } from '@tanstack/react-query'
import { base64Of } from '../../app/base64.ts'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createRingGroup, deleteRingGroup, listRingGroups, removeRingGroupRecording, setRingGroupRecording, updateRingGroup, type RingGroupCreate, type RingGroupUpdate } from '../../client/index.ts'

export function useRingGroups() {
  return useQuery({ queryKey: keys.ringGroups, queryFn: async () => (await listRingGroups({ throwOnError: true })).data.data })
}

const changed = rereading(keys.ringGroups)

export const addRingGroup = (body: RingGroupCreate) => changed(createRingGroup({ body, throwOnError: true }))
export const changeRingGroup = (id: string, body: RingGroupUpdate) => changed(updateRingGroup({ path: { id }, body, throwOnError: true }))
export const removeRingGroup = (id: string) => changed(deleteRingGroup({ path: { id }, throwOnError: true }))
export const playRecording = async (id: string, file: File) => changed(setRingGroupRecording({ path: { id }, body: { sound: await base64Of(file) }, throwOnError: true }))
export const speakAgain = (id: string) => changed(removeRingGroupRecording({ path: { id }, throwOnError: true }))
/** @param version another greeting has another address */
export const greetingOf = (id: string, version: number): string => `/api/v1/ring-groups/${id}/greeting#${version}`
