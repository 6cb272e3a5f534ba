import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createSchedule, deleteSchedule, listSchedules, readCalendar, updateSchedule, type ScheduleCreate, type ScheduleUpdate } from '../../client/index.ts'

/** How they are changes with the clock. */
const EVERY_MS = 30_000

export function useSchedules() {
  return useQuery({ queryKey: keys.schedules, queryFn: async () => (await listSchedules({ throwOnError: true })).data.data, refetchInterval: EVERY_MS })
}

const changed = rereading(keys.schedules)

export const addSchedule = (body: ScheduleCreate) => changed(createSchedule({ body, throwOnError: true }))
export const changeSchedule = (id: string, body: ScheduleUpdate) => changed(updateSchedule({ path: { id }, body, throwOnError: true }))
export const removeSchedule = (id: string) => changed(deleteSchedule({ path: { id }, throwOnError: true }))

/** The days of a calendar file. */
export const daysOf = async (file: File) => (await readCalendar({ body: { calendar: await file.text() }, throwOnError: true })).data.data
