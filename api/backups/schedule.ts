/** When the last backup was due, and whether the newest one is too old. By the clock of the machine. */

export interface Schedule {
  enabled: boolean
  /** `02:30` */
  at: string
  /** 1 is Monday. */
  days: readonly number[]
}

/** Longer than a backup of a big installation takes; later than this it is missed. */
const PATIENCE_MS = 6 * 3_600_000

/** The latest time up to now at which one was due; undefined when none is scheduled. */
export function latestDue({ enabled, at, days }: Schedule, now: Date): Date | undefined {
  if (!enabled || days.length === 0) return undefined
  const [hours = 0, minutes = 0] = at.split(':').map(Number)
  for (let back = 0; back <= 7; back += 1) {
    // A time that summer time leaves out comes an hour later, one that there is twice comes once.
    const due = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back, hours, minutes)
    if (due.getTime() <= now.getTime() && days.includes(((due.getDay() + 6) % 7) + 1)) return due
  }
  return undefined
}

/** Whether one is to be made now: none was begun since it was due, and it was asked for before that. */
export function isDue(schedule: Schedule, now: Date, lastScheduled: Date | undefined, since: Date): boolean {
  const due = latestDue(schedule, now)
  return due !== undefined && due.getTime() > since.getTime() && (lastScheduled === undefined || lastScheduled.getTime() < due.getTime())
}

/** The time due for which there should be a backup long since and is none. */
export function missedDue(schedule: Schedule, now: Date, lastGood: Date | undefined, since: Date): Date | undefined {
  const due = latestDue(schedule, new Date(now.getTime() - PATIENCE_MS))
  return due !== undefined && due.getTime() > since.getTime() && (lastGood === undefined || lastGood.getTime() < due.getTime()) ? due : undefined
}
