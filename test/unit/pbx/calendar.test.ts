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
  ), 2026)
  assert.deepEqual(days, [
    { name: 'Christmas', from: '2026-12-25', to: '2026-12-26', yearly: true },
    { name: 'New Year, and all that', from: '2027-01-01', to: '2027-01-01', yearly: false },
    { name: 'Every four years', from: '2028-02-29', to: '2028-02-29', yearly: false },
  ])
})

test('what is no calendar, and one without days, is refused in words', () => {
  assert.throws(() => holidaysOf('<html>', 2026), /This is no iCalendar file/)
  assert.throws(() => holidaysOf(calendar('SUMMARY:A meeting|DTSTART:20261201T090000Z'), 2026), /no whole days to come/)
  assert.throws(() => holidaysOf(calendar(...Array.from({ length: 501 }, () => 'DTSTART;VALUE=DATE:20270101')), 2026), /501 days.*at most 500/)
})

test('days that move are given with their dates, and a series ends where it says', () => {
  const table: [event: string, days: string[] | 'yearly'][] = [
    // Thanksgiving, Memorial Day, election day, and a day before a date.
    ['DTSTART;VALUE=DATE:20251127|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', ['2026-11-26', '2027-11-25', '2028-11-23', '2029-11-22', '2030-11-28', '2031-11-27']],
    ['DTSTART;VALUE=DATE:19710531|RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO', ['2026-05-25', '2027-05-31', '2028-05-29', '2029-05-28', '2030-05-27', '2031-05-26']],
    ['DTSTART;VALUE=DATE:20241105|RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=TU', ['2028-11-07']],
    ['DTSTART;VALUE=DATE:20260704|RRULE:FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4', 'yearly'],
    ['DTSTART;VALUE=DATE:16010101|RRULE:FREQ=YEARLY', 'yearly'],
    ['DTSTART;VALUE=DATE:20250704|RRULE:FREQ=YEARLY;UNTIL=20270704', ['2026-07-04', '2027-07-04']],
    ['DTSTART;VALUE=DATE:20250704|RRULE:FREQ=YEARLY;COUNT=3', ['2026-07-04', '2027-07-04']],
    ['DTSTART;VALUE=DATE:20261231|RRULE:FREQ=YEARLY;UNTIL=20281231T000000Z|EXDATE;VALUE=DATE:20271231', ['2026-12-31', '2028-12-31']],
    ['DTSTART;VALUE=DATE:20240229|RRULE:FREQ=YEARLY;UNTIL=20300101', ['2028-02-29']],
    ['DTSTART;VALUE=DATE:20400704|RRULE:FREQ=YEARLY;INTERVAL=2', ['2040-07-04']],
    // What is not of holidays: its first day and no wrong ones.
    ['DTSTART;VALUE=DATE:20260105|RRULE:FREQ=WEEKLY', ['2026-01-05']],
    ['DTSTART;VALUE=DATE:20260101|RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO', ['2026-01-01']],
    ['DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31', ['2026-01-01']],
  ]
  for (const [event, expected] of table) {
    const days = holidaysOf(calendar(event), 2026)
    assert.deepEqual(days.some(({ yearly }) => yearly) ? 'yearly' : days.map(({ from }) => from), expected, event)
    assert.ok(days.every(({ from, to }) => from === to), event)
  }
  for (const over of ['RRULE:FREQ=YEARLY;UNTIL=20220704', 'RRULE:FREQ=YEARLY;COUNT=2', 'STATUS:CANCELLED', 'RRULE:FREQ=YEARLY;UNTIL=21000101;BYMONTH=2;BYMONTHDAY=31']) {
    assert.throws(() => holidaysOf(calendar(`DTSTART;VALUE=DATE:20200704|${over}`), 2026), /no whole days to come/, over)
  }
})

test('a day of a series that was moved stands where it was moved to, as long as before', () => {
  const days = holidaysOf(calendar('UID:x|SUMMARY:Works outing|DTSTART;VALUE=DATE:20260601|DTEND;VALUE=DATE:20260603|RRULE:FREQ=YEARLY;UNTIL=20280601', 'UID:x|SUMMARY:Works outing|RECURRENCE-ID;VALUE=DATE:20270601|DTSTART;VALUE=DATE:20270610'), 2026)
  assert.deepEqual(days.map(({ from, to }) => `${from} ${to}`), ['2026-06-01 2026-06-02', '2027-06-10 2027-06-10', '2028-06-01 2028-06-02'])
})

test('a calendar made to keep us busy is refused', () => {
  const hostile = (events: number): string => calendar(...Array.from({ length: events }, () => 'DTSTART;VALUE=DATE:20000101|RRULE:FREQ=YEARLY;COUNT=99999;BYMONTHDAY=31;BYMONTH=2'))
  assert.throws(() => holidaysOf(hostile(500), 2026), /no whole days to come/)
  assert.throws(() => holidaysOf(hostile(501), 2026), /501 events in this calendar that come back/)
})
