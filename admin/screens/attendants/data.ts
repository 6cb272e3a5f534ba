import { useQuery } from '@tanstack/react-query'
import { base64Of } from '../../app/base64.ts'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createAttendant, deleteAttendant, listAttendants, removeAttendantRecording, setAttendantRecording, updateAttendant, type AttendantCreate, type AttendantUpdate } from '../../client/index.ts'

export function useAttendants() {
  return useQuery({ queryKey: keys.attendants, queryFn: async () => (await listAttendants({ throwOnError: true })).data.data })
}

const changed = rereading(keys.attendants)

export const addAttendant = (body: AttendantCreate) => changed(createAttendant({ body, throwOnError: true }))
export const changeAttendant = (id: string, body: AttendantUpdate) => changed(updateAttendant({ path: { id }, body, throwOnError: true }))
export const removeAttendant = (id: string) => changed(deleteAttendant({ path: { id }, throwOnError: true }))
export const playRecording = async (id: string, file: File) => changed(setAttendantRecording({ path: { id }, body: { sound: await base64Of(file) }, throwOnError: true }))
export const speakAgain = (id: string) => changed(removeAttendantRecording({ path: { id }, throwOnError: true }))
/** @param version another greeting has another address */
export const greetingOf = (id: string, version: number): string => `/api/v1/attendants/${id}/greeting#${version}`
