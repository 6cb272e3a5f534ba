import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createSpeedDial, deleteSpeedDial, importSpeedDials, listSpeedDials, updateSpeedDial, type SpeedDialCreate, type SpeedDialUpdate } from '../../client/index.ts'

export function useSpeedDials(enabled = true) {
  return useQuery({ queryKey: keys.speedDials, queryFn: async () => (await listSpeedDials({ throwOnError: true })).data.data, enabled })
}

const changed = rereading(keys.speedDials)

export const addSpeedDial = (body: SpeedDialCreate) => changed(createSpeedDial({ body, throwOnError: true }))
export const changeSpeedDial = (id: string, body: SpeedDialUpdate) => changed(updateSpeedDial({ path: { id }, body, throwOnError: true }))
export const removeSpeedDial = (id: string) => changed(deleteSpeedDial({ path: { id }, throwOnError: true }))

/** Reads a file of speed dials, only to try it or to make them. */
export async function importCsv(csv: string, trial: boolean) {
  const asked = importSpeedDials({ body: { csv, trial }, throwOnError: true })
  return (await (trial ? asked : changed(asked))).data.data
}
