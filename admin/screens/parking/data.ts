import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createParkLot, deleteParkLot, listParkedCalls, listParkLots, updateParkLot, type ParkLotCreate, type ParkLotUpdate } from '../../client/index.ts'

export function useParkLots() {
  return useQuery({ queryKey: keys.parkLots, queryFn: async () => (await listParkLots({ throwOnError: true })).data.data })
}

/** Kept up to date by the live connection. */
export function useParkedCalls({ enabled }: { enabled: boolean }) {
  return useQuery({ queryKey: keys.parked, queryFn: async () => (await listParkedCalls({ throwOnError: true })).data.data, enabled })
}

const changed = rereading(keys.parkLots)

export const addParkLot = (body: ParkLotCreate) => changed(createParkLot({ body, throwOnError: true }))
export const changeParkLot = (id: string, body: ParkLotUpdate) => changed(updateParkLot({ path: { id }, body, throwOnError: true }))
export const removeParkLot = (id: string) => changed(deleteParkLot({ path: { id }, throwOnError: true }))
