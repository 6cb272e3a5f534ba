/** Holidays out of calendar files. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holidaysOf } from '../../../api/telephony/calendar.ts'

const calendar = (...events: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.flatMap((event) => ['BEGIN:VEVENT', ...event.split('|'), 'END:VEVENT']), 'END:VCALENDAR'].join('\r\n')

test('whole days become holidays, the end is the day before DTEND, and what comes back every year is yearly', () => {
  const days = holidaysOf(calendar(
    'SUMMARY:Christmas|DTSTART;VALUE=DATE:20261225|DTEND;VALUE=DATE:20261227|RRULE:FREQ=YEARLY',
    'SUMMARY:New Year\\, and all that|DTSTART;VALUE=DATE:20270101',
    'SUMMARY:A meeting|DTSTART:20261201T090000Z|DTEND:20261201T100000Z',
    'SUMMARY:Every four years|DTSTART;VALUE=DATE:20280229|RRULE:FREQ=YEARLY;INTERVAL=4',
  ))
  assert.deepEqual(days, [
    { name: 'Christmas', from: '2026-12-25', to: '2026-12-26', yearly: true },
    { name: 'New Year, and all that', from: '2027-01-01', to: '2027-01-01', yearly: false },
    { name: 'Every four years', from: '2028-02-29', to: '2028-02-29', yearly: false },
  ])
})

test('what is no calendar, and one without days, is refused in words', () => {
  assert.throws(() => holidaysOf('<html>'), /This is no iCalendar file/)
  assert.throws(() => holidaysOf(calendar('SUMMARY:A meeting|DTSTART:20261201T090000Z')), /no whole days/)
  assert.throws(() => holidaysOf(calendar(...Array.from({ length: 501 }, () => 'DTSTART;VALUE=DATE:20270101'))), /501 days.*at most 500/)
})
