import ICAL from 'ical.js'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Holiday } from '../../pbx/index.ts'

const MOST = 500
const DAY_MS = 86_400_000

/**
 * The days of an iCalendar file (RFC 5545), as public authorities and calendar programs give them out. Events that take a
 * part of a day only are left out; one that comes back every year is yearly.
 *
 * @throws Refusal `unprocessable` what is no calendar, and one without days
 */
export function holidaysOf(calendar: string): Holiday[] {
  let events: ICAL.Component[]
  try {
    events = new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents('vevent')
  } catch (error) {
    refuse(`This is no iCalendar file: ${messageOf(error)}`)
  }
  const found = events.flatMap((component) => {
    const event = new ICAL.Event(component)
    const { startDate: start, endDate: end } = event
    if (!start?.isDate) return []
    const from = start.toString()
    // DTEND is the day after the last.
    const last = end?.isDate ? new Date(new Date(`${end.toString()}T00:00:00Z`).getTime() - DAY_MS).toISOString().slice(0, 10) : from
    const rule = component.getFirstPropertyValue('rrule') as ICAL.Recur | null
    return [{ name: (event.summary || 'Holiday').replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').trim().slice(0, 100) || 'Holiday', from, to: last < from ? from : last, yearly: rule?.freq === 'YEARLY' && rule.interval === 1 }]
  })
  if (found.length === 0) refuse('There are no whole days in this calendar.')
  if (found.length > MOST) refuse(`There are ${found.length} days in this calendar, and at most ${MOST} fit. Take one of fewer years.`)
  return found.toSorted((a, b) => a.from.localeCompare(b.from))
}

function refuse(message: string): never {
  throw new Refusal('unprocessable', message, { details: [{ field: 'calendar', message }] })
}
