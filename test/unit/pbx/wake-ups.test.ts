/** On which day a wake-up call is next, by the wall clock of the company. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextDay, spokenWakeUp, wallClock } from '../../../pbx/wake-ups/due.ts'

const at = (iso: string): number => Date.parse(iso)

const cases: [what: string, time: string, repeats: 'once' | 'daily' | 'working-days', zone: string, now: string, day: string, after?: string][] = [
  ['later today', '07:30', 'once', 'UTC', '2026-11-28T07:29:59Z', '2026-11-28'],
  ['this very minute is over', '07:30', 'once', 'UTC', '2026-11-28T07:30:00Z', '2026-11-29'],
  ['the day is that of the company', '07:30', 'once', 'Asia/Tokyo', '2026-11-28T15:00:00Z', '2026-11-29'],
  ['the day before, in the west', '23:00', 'once', 'America/New_York', '2026-11-29T03:30:00Z', '2026-11-28'],
  ['over the end of the year', '06:00', 'daily', 'UTC', '2026-12-31T06:00:00Z', '2027-01-01'],
  ['a leap day', '06:00', 'daily', 'UTC', '2028-02-28T07:00:00Z', '2028-02-29'],
  ['not at the weekend', '07:30', 'working-days', 'UTC', '2026-11-27T08:00:00Z', '2026-11-30'],
  ['on a Saturday', '07:30', 'working-days', 'UTC', '2026-11-28T05:00:00Z', '2026-11-30'],
  ['not twice on one day, when the hour comes twice', '01:30', 'daily', 'America/New_York', '2026-11-01T05:20:00Z', '2026-11-02', '2026-11-01'],
  ['in the night when an hour is left out', '02:30', 'daily', 'America/New_York', '2027-03-14T06:59:00Z', '2027-03-14'],
]
for (const [what, time, repeats, zone, now, day, after] of cases) {
  test(`${what}: ${time} ${repeats} in ${zone}`, () => assert.equal(nextDay(time, repeats, zone, at(now), after), day))
}

test('midnight is the first hour of its day', () => {
  assert.deepEqual(wallClock(at('2026-11-28T00:05:00Z'), 'UTC'), { day: '2026-11-28', time: '00:05' })
})

test('it is said in words', () => {
  assert.equal(spokenWakeUp({ time: '07:30', repeats: 'once', on: '2026-11-28' }), '7:30 AM, on Saturday, November 28')
  assert.equal(spokenWakeUp({ time: '00:05', repeats: 'daily', on: '2026-11-28' }), '12:05 AM, every day')
  assert.equal(spokenWakeUp({ time: '13:00', repeats: 'working-days', on: '2026-11-30' }), '1:00 PM, on working days')
})
