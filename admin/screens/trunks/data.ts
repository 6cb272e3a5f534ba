import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createTrunk, deleteTrunk, listCarriers, listTrunks, testTrunk, updateTrunk, type TrunkCreate, type TrunkUpdate } from '../../client/index.ts'
import type { Trunk } from '../../app/types.ts'

/** Trunks with how each is now: nobody announces that, so it is asked for again while somebody looks. */
export function useTrunks({ enabled = true } = {}) {
  return useQuery({ enabled, queryKey: keys.trunks, queryFn: async () => (await listTrunks({ throwOnError: true })).data.data, refetchInterval: 5_000 })
}

const changed = rereading(keys.trunks)

export async function addTrunk(body: TrunkCreate): Promise<Trunk> {
  return (await changed(createTrunk({ body, throwOnError: true }))).data.data
}

/** Carriers that are known. */
export function useCarriers() {
  return useQuery({ queryKey: keys.carriers, queryFn: async () => (await listCarriers({ throwOnError: true })).data.data, staleTime: Infinity })
}

export async function changeTrunk(id: string, body: TrunkUpdate): Promise<void> {
  await changed(updateTrunk({ path: { id }, body, throwOnError: true }))
}

export async function removeTrunk(id: string): Promise<void> {
  await changed(deleteTrunk({ path: { id }, throwOnError: true }))
}

/** Asks the carrier now. */
export async function askCarrier(id: string): Promise<Trunk> {
  return (await changed(testTrunk({ path: { id }, throwOnError: true }))).data.data
}
