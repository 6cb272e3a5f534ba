/** Days that come back every year, on the same date or by a rule of weekdays. */
import type ICAL from 'ical.js'

export const DAY_MS = 86_400_000
/** Years after this one for which days that move are looked up. */
const YEARS = 5
/** Further back nothing is counted: a rule with COUNT from there is over, or never was meant. */
const LONGEST_COUNT = 30
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const KNOWN = new Set(['BYMONTH', 'BYMONTHDAY', 'BYDAY'])
const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

export const timeOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/**
 * The days of a rule from this year on (RFC 5545 §3.3.10), `yearly` for the same date for ever. What is not of holidays,
 * such as every week or the 53rd week, gives its first day alone: a day too few is seen, a wrong one every year is not.
 *
 * The library's own iteration is not used: a rule that never comes true, as 31 February does, keeps it busy for ever.
 *
 * @param from the first day
 */
export function recurrences(rule: Pick<ICAL.Recur, 'freq' | 'interval' | 'count' | 'until' | 'parts'>, from: string, thisYear: number): string[] | 'yearly' {
  const parts = rule.parts as Record<string, (string | number)[] | undefined>
  const byDay = parts['BYDAY']?.map(weekdayOf)
  const start = Number(from.slice(0, 4))
  const unknown = rule.freq !== 'YEARLY' || Object.keys(parts).some((part) => !KNOWN.has(part)) || byDay?.some((weekday) => weekday === undefined) || (byDay && !parts['BYMONTH'])
  if (unknown || (rule.count !== null && start < thisYear - LONGEST_COUNT)) return [from]
  const interval = Math.max(1, rule.interval)
  const monthDays = parts['BYMONTHDAY']?.map(Number) ?? (byDay ? undefined : [Number(from.slice(8))])
  const months = parts['BYMONTH']?.map(Number) ?? (parts['BYMONTHDAY'] ? MONTHS : [Number(from.slice(5, 7))])
  const fixed = !byDay && interval === 1 && rule.count === null && rule.until === null && [months.join(), monthDays?.join()].join('-') === `${Number(from.slice(5, 7))}-${Number(from.slice(8))}`
  if (fixed) return 'yearly'
  const until = rule.until?.toString().slice(0, 10) ?? '9999'
  const days: string[] = []
  let left = rule.count ?? Infinity
  // Without COUNT it does not matter how often it came before this year.
  const skipped = rule.count === null && start < thisYear ? Math.ceil((thisYear - start) / interval) * interval : 0
  for (let year = start + skipped; left > 0 && (year === start || year <= thisYear + YEARS); year += interval) {
    for (const day of daysOfYear(year, months, monthDays, byDay)) {
      if (day < from || day > until || left <= 0) continue
      left -= 1
      if (year >= thisYear) days.push(day)
    }
  }
  return days
}

/** The same date in the years from this one on. */
export function sameDate(from: string, thisYear: number): string[] {
  const first = Math.max(thisYear, Number(from.slice(0, 4)))
  return Array.from({ length: YEARS + 1 }, (_, index) => `${first + index}${from.slice(4)}`).filter((day) => dayOf(timeOf(day)) === day)
}

interface Weekday {
  weekday: number
  /** Fourth of the month, -1 the last; 0: each. */
  nth: number
}

function weekdayOf(text: string | number): Weekday | undefined {
  const [, nth, name = ''] = /^([+-]?[1-5])?(SU|MO|TU|WE|TH|FR|SA)$/.exec(String(text)) ?? []
  return name === '' ? undefined : { weekday: WEEKDAYS.indexOf(name), nth: Number(nth ?? 0) }
}

function daysOfYear(year: number, months: readonly number[], monthDays: readonly number[] | undefined, byDay: readonly (Weekday | undefined)[] | undefined): string[] {
  return MONTHS.filter((month) => months.includes(month)).flatMap((month) => {
    const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
    return Array.from({ length }, (_, index) => index + 1)
      .filter((day) => monthDays?.some((wanted) => wanted === day || wanted === day - length - 1) ?? true)
      .filter((day) => byDay?.some((wanted) => wanted !== undefined && isWeekday(new Date(Date.UTC(year, month - 1, day)).getUTCDay(), day, length, wanted)) ?? true)
      .map((day) => dayOf(Date.UTC(year, month - 1, day)))
  })
}

function isWeekday(is: number, day: number, length: number, { weekday, nth }: Weekday): boolean {
  if (is !== weekday) return false
  return nth === 0 || (nth > 0 ? Math.ceil(day / 7) === nth : Math.ceil((length - day + 1) / 7) === -nth)
}
