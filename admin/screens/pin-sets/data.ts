import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createPinSet, deletePinSet, listPinSets, updatePinSet, type PinSetCreate, type PinSetUpdate } from '../../client/index.ts'

export function usePinSets() {
  return useQuery({ queryKey: keys.pinSets, queryFn: async () => (await listPinSets({ throwOnError: true })).data.data })
}

const changed = rereading(keys.pinSets)

export const addPinSet = (body: PinSetCreate) => changed(createPinSet({ body, throwOnError: true }))
export const changePinSet = (id: string, body: PinSetUpdate) => changed(updatePinSet({ path: { id }, body, throwOnError: true }))
export const removePinSet = (id: string) => changed(deletePinSet({ path: { id }, throwOnError: true }))
