import ICAL from 'ical.js'
import { messageOf, wrongField } from '../../config/errors.ts'
import type { Holiday } from '../../pbx/index.ts'
import { DAY_MS, dayOf, recurrences, sameDate, timeOf } from './calendar-rule.ts'

const MOST = 500

/**
 * The days of an iCalendar file (RFC 5545), as public authorities and calendar programs give them out. Events that take a
 * part of a day only, and those called off, are left out. One that comes back on the same date every year is yearly; one
 * that moves, as the fourth Thursday of November does, is given with its dates of the years to come.
 *
 * @param thisYear what comes back is looked up from here on
 * @throws Refusal `unprocessable` what is no calendar, and one without days
 */
export function holidaysOf(calendar: string, thisYear: number): Holiday[] {
  let events: ICAL.Component[]
  try {
    events = new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents('vevent')
  } catch (error) {
    throw wrongField('calendar', `This is no iCalendar file: ${messageOf(error)}`)
  }
  const series = events.filter((event) => event.hasProperty('rrule')).length
  if (series > MOST) throw wrongField('calendar', `There are ${series} events in this calendar that come back, and at most ${MOST} fit. Take one of holidays only.`)
  const moved = movedDays(events)
  const found = events.flatMap((component) => {
    const event = new ICAL.Event(component)
    const { startDate: start, endDate: end } = event
    if (!start?.isDate || component.getFirstPropertyValue('status') === 'CANCELLED') return []
    const from = start.toString()
    // DTEND is the day after the last.
    const length = end?.isDate ? Math.max(0, timeOf(end.toString()) - timeOf(from) - DAY_MS) : 0
    const name = (event.summary || 'Holiday').replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').trim().slice(0, 100) || 'Holiday'
    const holiday = (day: string, yearly: boolean): Holiday => ({ name, from: day, to: dayOf(timeOf(day) + length), yearly })
    const rule = component.getFirstPropertyValue('rrule') as ICAL.Recur | null
    const except = new Set([...component.getAllProperties('exdate').flatMap((property) => property.getValues().map((value) => String(value).slice(0, 10))), ...(moved.get(event.uid) ?? [])])
    if (component.hasProperty('recurrence-id')) return [holiday(from, false)]
    const days = rule ? recurrences(rule, from, thisYear) : [from]
    if (days === 'yearly' && except.size === 0) return [holiday(from, true)]
    return (days === 'yearly' ? sameDate(from, thisYear) : days).filter((day) => !except.has(day)).map((day) => holiday(day, false))
  })
  if (found.length === 0) throw wrongField('calendar', 'There are no whole days to come in this calendar.')
  if (found.length > MOST) throw wrongField('calendar', `There are ${found.length} days in this calendar, and at most ${MOST} fit. Take one of fewer years.`)
  return found.toSorted((a, b) => a.from.localeCompare(b.from))
}

/** By the UID of a series: its days that an event of their own stands for (RFC 5545 §3.8.4.4). */
function movedDays(events: readonly ICAL.Component[]): Map<string, string[]> {
  const moved = new Map<string, string[]>()
  for (const component of events) {
    const day = component.getFirstPropertyValue('recurrence-id')
    const uid = component.getFirstPropertyValue('uid')
    if (day !== null && typeof uid === 'string') moved.set(uid, [...(moved.get(uid) ?? []), day.toString().slice(0, 10)])
  }
  return moved
}
