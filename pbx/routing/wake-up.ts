import type { DirectorySnapshot } from '../directory/types.ts'
import type { WakeUpStep } from './house-steps.ts'
import { isFromOutside } from './paging.ts'
import type { AnnouncementStep } from './plan.ts'
import type { CallRequest } from './request.ts'

/** The menu of wake-up calls, for phones of the house. */
export function toWakeUps(code: string, { request, snapshot }: { request: CallRequest; snapshot: DirectorySnapshot }): WakeUpStep | AnnouncementStep {
  if (isFromOutside(request)) return { kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number', reason: `${code} is for phones of the house` }
  const timeZone = snapshot.tenant(request.tenantId)?.timeZone ?? 'UTC'
  return { kind: 'wake-up', timeZone, reason: `${code} sets wake-up calls, by the clock in ${timeZone}` }
}
