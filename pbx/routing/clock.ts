import type { DirectorySnapshot } from '../directory/types.ts'
import type { ClockStep } from './house-steps.ts'
import type { CallRequest } from './request.ts'

/** The talking clock, by the time of the company. */
export function toClock(code: string, { request, snapshot }: { request: CallRequest; snapshot: DirectorySnapshot }): ClockStep {
  const timeZone = snapshot.tenant(request.tenantId)?.timeZone ?? 'UTC'
  return { kind: 'clock', timeZone, reason: `${code} tells the time in ${timeZone}` }
}
