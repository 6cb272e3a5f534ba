/** Whose list counts for a call from outside: that of the extension it leads to, besides the company's. */
import type { DirectorySnapshot, SnapshotExtension, SnapshotSchedule } from '../directory/types.ts'
import { turnAway, type TurnedAway } from './blocked.ts'
import { normaliseDialled } from './number-format.ts'
import { isFromOutside } from './paging.ts'
import type { CallRequest } from './request.ts'
import { stateAt } from './schedule.ts'

const MOST_HOURS = 5

/** Where opening hours lead at a time, and why. */
export function targetNow(schedule: SnapshotSchedule, snapshot: DirectorySnapshot, at: number): ReturnType<typeof stateAt> & { target: string } {
  const { open, closed, holiday } = schedule
  const state = stateAt(schedule, at, snapshot.tenant(schedule.tenantId)?.timeZone ?? 'UTC')
  return { ...state, target: normaliseDialled({ open, closed, holiday: holiday ?? closed }[state.is]) }
}

/** The extension that a number is, or that opening hours lead to. */
export function throughHours(snapshot: DirectorySnapshot, tenantId: string, dialled: string, at: number): SnapshotExtension | undefined {
  let number = normaliseDialled(dialled)
  for (let hops = 0; hops <= MOST_HOURS; hops += 1) {
    const extension = snapshot.extensionByNumber(tenantId, number)
    if (extension) return extension
    const hours = snapshot.scheduleByNumber(tenantId, number)
    if (!hours?.enabled) return undefined
    number = targetNow(hours, snapshot, at).target
  }
  return undefined
}

/**
 * What becomes of a caller whom an extension has blocked; undefined for everybody else. The company has turned away at the entrance
 * whom it does not want; colleagues are not blocked, nor whom they transfer, nor who calls back after a call for help.
 */
export function unwanted(extension: SnapshotExtension, request: CallRequest, snapshot: DirectorySnapshot): TurnedAway | undefined {
  if (!isFromOutside(request) || request.callBack || (request.onBehalfOf?.extensionId ?? '') !== '' || extension.blockedCallers.length === 0) return undefined
  const found = turnAway(snapshot.blockedOf(extension.tenantId), extension, request.caller.number)
  return found?.own ? found : undefined
}
