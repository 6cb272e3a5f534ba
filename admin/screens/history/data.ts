import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getCall, listCalls } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import type { Call, Termination } from '../../app/types.ts'

export interface CallFilter {
  search?: string
  extensionId?: string
  result?: Termination['result']
  direction?: Call['direction']
  /** ISO 8601. */
  from?: string
  to?: string
  page?: number
  limit?: number
  order?: 'asc' | 'desc'
}

export function useCalls(filter: CallFilter, { enabled = true } = {}) {
  return useQuery({
    queryKey: [...keys.history, filter],
    queryFn: async () => (await listCalls({ query: filter, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    enabled,
  })
}

export function useCall(id: string) {
  return useQuery({
    queryKey: keys.call(id),
    queryFn: async () => (await getCall({ path: { id }, throwOnError: true })).data.data,
  })
}

/** A day as its field gives it (`2026-11-21`, local) as an instant: its start, or the start of the day after. */
export function dayToInstant(day: string, end: boolean): string | undefined {
  const [year, month, date] = day.split('-').map(Number)
  if (year === undefined || month === undefined || date === undefined || !Number.isFinite(year + month + date)) return undefined
  return new Date(year, month - 1, date + (end ? 1 : 0)).toISOString()
}
