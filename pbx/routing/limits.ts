/** Who may take an outbound route, and when. */
import type { DirectorySnapshot, SnapshotOutboundRoute } from '../directory/types.ts'
import { stateAt } from './schedule.ts'

/** Whether a number fits a pattern of digits, `+`, X (0–9), Z (1–9), N (2–9), with `.` at the end for one or more that follow. */
export function fits(pattern: string, number: string): boolean {
  const any = pattern.endsWith('.')
  const body = any ? pattern.slice(0, -1) : pattern
  if (any ? number.length <= body.length : number.length !== body.length) return false
  return [...body].every((sign, at) => {
    const digit = number[at] ?? ''
    if (sign === 'X') return /[0-9]/.test(digit)
    if (sign === 'Z') return /[1-9]/.test(digit)
    return sign === 'N' ? /[2-9]/.test(digit) : sign === digit
  })
}

/**
 * Why a route is not taken by a caller at a moment; undefined when it is.
 *
 * @param caller the extension that pays; undefined: the house, which is none of the extensions that a route is limited to
 */
export function limitOf({ name, callers, scheduleId }: SnapshotOutboundRoute, caller: { number: string; name: string } | undefined, snapshot: DirectorySnapshot, at: number): { refusal: 'outside-forbidden' | 'route-closed'; reason: string } | undefined {
  if (callers.length > 0 && !callers.some((pattern) => caller !== undefined && fits(pattern, caller.number))) {
    return { refusal: 'outside-forbidden', reason: `The outbound route ${name} is for ${callers.join(', ')} only${caller ? `, and not for ${caller.number} (${caller.name})` : ''}` }
  }
  if (scheduleId === null) return undefined
  const schedule = snapshot.schedule(scheduleId)
  if (!schedule?.enabled) return { refusal: 'route-closed', reason: `The outbound route ${name} goes by opening hours that are switched off` }
  const { is, why } = stateAt(schedule, at, snapshot.tenant(schedule.tenantId)?.timeZone ?? 'UTC')
  return is === 'open' ? undefined : { refusal: 'route-closed', reason: `The outbound route ${name} is for the time when ${schedule.number} (${schedule.name}) is open: ${why}` }
}
