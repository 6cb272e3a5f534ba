/** Whether a company is there at a moment, by its own clock. */
import type { SnapshotSchedule } from '../directory/types.ts'

/** Day and time where the company is. */
interface LocalTime {
  /** 2026-11-26 */
  date: string
  /** 1 is Monday. */
  weekday: number
  minute: number
}

const DAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const clocks = new Map<string, Intl.DateTimeFormat>()

/**
 * What a schedule says at a moment. The clock on the wall counts: an hour that comes twice in autumn is open twice.
 *
 * @param at milliseconds since the epoch
 * @param zone of the tenant
 */
export function stateAt(schedule: Pick<SnapshotSchedule, 'timeZone' | 'hours' | 'holidays' | 'override'>, at: number, zone: string): { is: 'open' | 'closed' | 'holiday'; why: string } {
  if (schedule.override !== 'automatic') return { is: schedule.override, why: `it was turned to ${schedule.override} by hand` }
  const timeZone = schedule.timeZone ?? zone
  const { date, weekday, minute } = localTime(at, timeZone)
  const holiday = schedule.holidays.find(({ from, to, yearly }) => isWithin(date, from, to, yearly))
  if (holiday) return { is: 'holiday', why: `it is ${holiday.name}` }
  const clock = `it is ${DAYS[weekday]} ${written(minute)} in ${timeZone}`
  const before = weekday === 1 ? 7 : weekday - 1
  const hours = schedule.hours.find(({ days, from, to }) => {
    const [start, end] = [minutes(from), minutes(to)]
    if (start < end) return days.includes(weekday) && minute >= start && minute < end
    return (days.includes(weekday) && minute >= start) || (days.includes(before) && minute < end)
  })
  return hours ? { is: 'open', why: `${clock}, within ${hours.from} to ${hours.to}` } : { is: 'closed', why: `${clock}, outside the opening hours` }
}

function isWithin(date: string, from: string, to: string, yearly: boolean): boolean {
  if (!yearly) return date >= from && date <= to
  const [day, first, last] = [date.slice(5), from.slice(5), to.slice(5)]
  // From Christmas over the new year.
  return first <= last ? day >= first && day <= last : day >= first || day <= last
}

function localTime(at: number, timeZone: string): LocalTime {
  let clock = clocks.get(timeZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    clocks.set(timeZone, clock)
  }
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value])) as Record<string, string>
  return { date: `${part['year']}-${part['month']}-${part['day']}`, weekday: DAYS.indexOf(part['weekday'] ?? ''), minute: Number(part['hour']) * 60 + Number(part['minute']) }
}

/** When it is that time of day next, such as `18:30`; an hour that the clock skips or repeats is taken as it comes. @returns milliseconds since the epoch, later than `now` */
export function nextTimeOfDay(time: string, now: number, timeZone: string): number {
  const wanted = minutes(time)
  const start = now - (now % 60_000)
  const ahead = (wanted - localTime(now, timeZone).minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES
  const at = start + ahead * 60_000
  // Where the clock was set meanwhile it is off by as much.
  const off = (wanted - localTime(at, timeZone).minute + 1.5 * DAY_MINUTES) % DAY_MINUTES - DAY_MINUTES / 2
  return at + off * 60_000 > now ? at + off * 60_000 : at
}

const DAY_MINUTES = 1440

const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const written = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
