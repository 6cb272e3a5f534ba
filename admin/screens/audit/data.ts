import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { listAuditEvents, verifyAudit } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'

export interface AuditFilter {
  search?: string
  subjectType?: string
  subjectId?: string
  from?: string
  to?: string
  page?: number
  limit?: number
  order?: 'asc' | 'desc'
}

export function useAudit(query: AuditFilter) {
  return useQuery({
    queryKey: [...keys.audit, query],
    queryFn: async () => (await listAuditEvents({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  })
}

export const verifyAuditNow = async () => (await verifyAudit({ throwOnError: true })).data.data
