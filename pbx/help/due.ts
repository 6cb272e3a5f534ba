/** When a place is to be tested. */
import type { LocationAuditRow } from '../../migrations/tables.ts'
import type { EmergencySettings } from '../door.ts'

/** What is known of the tests of a place. Times in milliseconds since the epoch. */
export interface Standing {
  locationId: string
  /** It is there since. */
  since: number
  testedAt: number | null
  passed: boolean | null
  message: string | null
  /** Its last good test. */
  passedAt: number | null
}

const DAY_MS = 86_400_000
/** Tests of the schedule begin within so many hours from theirs on. */
const WINDOW_HOURS = 4
/** A test that is so much younger is of the round before. */
const SLACK_MS = DAY_MS / 2
/** For so long a test may fail to come about before somebody is told. */
const PATIENCE_DAYS = 2

/** Why it is to be tested now; undefined: it is not. */
export function isDue({ locationId, testedAt }: Standing, { testDays, testHour }: Pick<EmergencySettings, 'testDays' | 'testHour'>, audit: Pick<LocationAuditRow, 'asked_at' | 'asked_for'>, now: number, timeZone: string): 'asked' | 'schedule' | undefined {
  const askedAt = audit.asked_at?.getTime()
  if (askedAt !== undefined && (audit.asked_for === null || audit.asked_for.includes(locationId)) && (testedAt === null || testedAt < askedAt)) return 'asked'
  if (testDays === null || (testedAt !== null && testedAt > now - testDays * DAY_MS + SLACK_MS)) return undefined
  return (hourIn(timeZone, now) - testHour + 24) % 24 < WINDOW_HOURS ? 'schedule' : undefined
}

/** Whether its last good test is older than the schedule wants, and some. */
export function isOverdue({ since, passedAt }: Pick<Standing, 'since' | 'passedAt'>, { testDays }: Pick<EmergencySettings, 'testDays'>, now: number): boolean {
  return testDays !== null && (passedAt ?? since) < now - (testDays + PATIENCE_DAYS) * DAY_MS
}

function hourIn(timeZone: string, at: number): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(at))
}
