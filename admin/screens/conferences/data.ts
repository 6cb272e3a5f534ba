import { useQuery } from '@tanstack/react-query'
import {
  createConference, deleteConference, getConference, listConferences, steerConference, steerConferenceParty, updateConference,
  type ConferenceAction, type ConferenceCreate, type ConferencePartyAction, type ConferenceUpdate,
} from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient, rereading } from '../../app/query-client.ts'
import type { Conference, LiveConference } from '../../app/types.ts'
import { useLive } from '../../live/store.ts'

export function useConferences() {
  return useQuery({ queryKey: [...keys.conferences, 'list'], queryFn: async () => (await listConferences({ throwOnError: true })).data.data })
}

export function useConference(id: string) {
  return useQuery({
    queryKey: [...keys.conferences, 'one', id],
    queryFn: async () => (await getConference({ path: { id }, throwOnError: true })).data.data,
  })
}

/** The room as it is now, while somebody is in it. */
export function useLiveConference(id: string): LiveConference | undefined {
  return useLive((state) => state.conferences.get(id))
}

const changed = rereading(keys.conferences)

export async function addConference(body: ConferenceCreate): Promise<Conference> {
  return (await changed(createConference({ body, throwOnError: true }))).data.data
}

export async function changeConference(id: string, body: ConferenceUpdate): Promise<void> {
  await changed(updateConference({ path: { id }, body, throwOnError: true }))
}

export async function removeConference(id: string): Promise<void> {
  await deleteConference({ path: { id }, throwOnError: true })
  queryClient.removeQueries({ queryKey: [...keys.conferences, 'one', id] })
  void queryClient.invalidateQueries({ queryKey: [...keys.conferences, 'list'] })
}

export async function steer(id: string, action: ConferenceAction['action']): Promise<void> {
  await steerConference({ path: { id }, body: { action }, throwOnError: true })
}

export async function steerParty(id: string, callId: string, action: ConferencePartyAction['action']): Promise<void> {
  await steerConferenceParty({ path: { id }, body: { callId, action }, throwOnError: true })
}
