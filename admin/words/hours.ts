import type { OpenHours, Schedule } from '../app/types.ts'
import type { Wording } from './call.ts'
import { t } from './translate.ts'
import { locale } from './language.ts'

const dayFormat = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' })

/** `Mon` to `Sun`. The fifth of January 1970 was a Monday. */
export const dayNames = [4, 5, 6, 7, 8, 9, 10].map((day) => dayFormat.format(day * 86_400_000))

/** `Mon–Fri`, `Mon, Wed, Sat–Sun`. */
export function daysWords(days: readonly number[]): string {
  const runs: [number, number][] = []
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last[1] === day - 1) last[1] = day
    else runs.push([day, day])
  }
  return runs.map(([from, to]) => (from === to ? dayNames[from - 1] : `${dayNames[from - 1]}–${dayNames[to - 1]}`)).join(', ')
}

/** `Mon–Fri 09:00–17:30`. */
export const hoursWords = ({ days, from, to }: OpenHours): string => `${daysWords(days)} ${from}–${to}`

/** How it is now, in a word. */
export function scheduleState({ enabled, now, override }: Schedule): Wording {
  if (!enabled) return { label: t('Turned off'), tone: 'quiet' }
  if (override !== 'automatic') return { label: override === 'open' ? t('Open by hand') : t('Closed by hand'), tone: 'busy' }
  if (now.is === 'holiday') return { label: t('Holiday'), tone: 'warning' }
  return now.is === 'open' ? { label: t('Open'), tone: 'good' } : { label: t('Closed'), tone: 'quiet' }
}
