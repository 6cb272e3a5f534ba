import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  deleteRecording, getRecording, getRecordingPeaks, getRecordingSettings, holdRecording, listRecordings, releaseRecording, updateRecordingSettings,
  type ListRecordingsData, type RecordingSettingsUpdate,
} from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient } from '../../app/query-client.ts'
import type { Recording } from '../../app/types.ts'
import { t } from '../../words/translate.ts'

export function useRecordings(query: NonNullable<ListRecordingsData['query']>) {
  return useQuery({
    queryKey: [...keys.recordings, 'list', query],
    queryFn: async () => (await listRecordings({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  })
}

export function useRecording(id: string) {
  return useQuery({ queryKey: [...keys.recordings, 'one', id], queryFn: async () => (await getRecording({ path: { id }, throwOnError: true })).data.data })
}

/** The waveform never changes once there is one. */
export function usePeaks(id: string) {
  return useQuery({
    queryKey: [...keys.recordingPeaks, id],
    queryFn: async () => (await getRecordingPeaks({ path: { id }, throwOnError: true })).data.data,
    staleTime: Infinity,
  })
}

export function useRecordingSettings() {
  return useQuery({ queryKey: keys.recordingSettings, queryFn: async () => (await getRecordingSettings({ throwOnError: true })).data.data })
}

const refresh = (): void => {
  void queryClient.invalidateQueries({ queryKey: keys.recordings })
  void queryClient.invalidateQueries({ queryKey: keys.calls })
}

export async function removeRecording(id: string): Promise<void> {
  await deleteRecording({ path: { id }, throwOnError: true })
  refresh()
}

export async function hold(id: string, reason: string): Promise<void> {
  await holdRecording({ path: { id }, body: { reason }, throwOnError: true })
  refresh()
}

export async function release(id: string): Promise<void> {
  await releaseRecording({ path: { id }, throwOnError: true })
  refresh()
}

export async function changeSettings(body: RecordingSettingsUpdate): Promise<void> {
  await updateRecordingSettings({ body, throwOnError: true })
  await queryClient.invalidateQueries({ queryKey: keys.recordingSettings })
}

export const audioOf = (id: string): string => `/api/v1/recordings/${id}/audio`
export const downloadOf = (id: string): string => `${audioOf(id)}?download=true`
export const wavOf = (id: string): string => `${audioOf(id)}.wav`

/** What a recording is at this moment, in words, when it cannot be heard. */
export function whyNot(recording: Recording): string | null {
  if (recording.status === 'recording') return t('Being recorded; you can listen when it has ended.')
  if (recording.deleted !== null) return recording.deleted.by === 'retention' ? t('Deleted by the retention setting: its time was over.') : t('Deleted by {{by}}.', { by: recording.deleted.by })
  if (recording.stored) return null
  if (recording.status === 'failed') return recording.failure === null ? t('This recording failed.') : t('This recording failed: {{failure}}', { failure: recording.failure })
  return t('Being stored; you can listen in a moment.')
}
