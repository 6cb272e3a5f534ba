/** On which day a wake-up call is next. */
import type { WakeUpRepeats } from '../door.ts'

const DAY_MS = 86_400_000

/** Day and time on the wall: `2026-11-28` and `07:30`. */
export function wallClock(at: number, timeZone: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at)
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value])) as Record<string, string>
  return { day: `${part['year']}-${part['month']}-${part['day']}`, time: `${part['hour']}:${part['minute']}` }
}

/**
 * The next day on which this time is still to come.
 *
 * @param after a day on which it was already
 */
export function nextDay(time: string, repeats: WakeUpRepeats, timeZone: string, now: number, after?: string): string {
  const here = wallClock(now, timeZone)
  let day = time > here.time ? here.day : following(here.day)
  if (after !== undefined && day <= after) day = following(after)
  while (repeats === 'working-days' && isWeekend(day)) day = following(day)
  return day
}

const following = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)

const isWeekend = (day: string): boolean => [0, 6].includes(new Date(Date.parse(day)).getUTCDay())

/** "7:30 AM" */
export function spokenHour(time: string): string {
  return new Date(`2000-01-01T${time}:00Z`).toLocaleTimeString('en-US', { timeZone: 'UTC', hour: 'numeric', minute: '2-digit' }).replaceAll(/\s/g, ' ')
}

/** "7:30 AM, every day", "7:30 AM, on Saturday, November 28" */
export function spokenWakeUp({ time, repeats, on }: { time: string; repeats: WakeUpRepeats; on: string }): string {
  if (repeats !== 'once') return `${spokenHour(time)}, ${repeats === 'daily' ? 'every day' : 'on working days'}`
  return `${spokenHour(time)}, on ${new Date(Date.parse(on)).toLocaleDateString('en-US', { timeZone: 'UTC', weekday: 'long', month: 'long', day: 'numeric' })}`
}
