/** Times as people say them, in the language of the panel and the time zone of the browser. Instants are milliseconds since the epoch. */
import { decimal, t } from './translate.ts'
import { locale } from './language.ts'


const DAY = 86_400_000

/** The API sends ISO 8601 strings. */
export function instant(value: string): number {
  return Date.parse(value)
}

const clockFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
const dayYearFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
const exactFormat = new Intl.DateTimeFormat(locale, {
  weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
})
const relativeFormat = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })

const reportFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' })

export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** `14:05` today, `Yesterday, 14:05`, `12 Nov, 14:05`, with the year when it is not this one. */
export function shortTime(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY)
  if (days === 0) return clockFormat.format(at)
  if (days === 1) return t('Yesterday, {{clockFormat}}', { clockFormat: clockFormat.format(at) })
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return `${(sameYear ? dayFormat : dayYearFormat).format(at)}, ${clockFormat.format(at)}`
}

/** Everything, for hovering: week day, date, seconds and time zone. */
export function exactTime(at: number): string {
  return exactFormat.format(at)
}

/** For papers: date and time to the second, with the time zone. */
export function reportTime(at: number): string {
  return reportFormat.format(at)
}

/** `just now`, `5 minutes ago`, `yesterday`. */
export function timeAgo(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000)
  const size = Math.abs(seconds)
  if (size < 10) return t('just now')
  if (size < 60) return relativeFormat.format(seconds, 'second')
  if (size < 3600) return relativeFormat.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return relativeFormat.format(Math.round(seconds / 3600), 'hour')
  if (size < 30 * 86_400) return relativeFormat.format(Math.round(seconds / 86_400), 'day')
  return dayYearFormat.format(at)
}

/** `0:07`, `12:45`, `1:02:03`. */
export function duration(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000))
  const seconds = String(total % 60).padStart(2, '0')
  const minutes = Math.floor(total / 60) % 60
  const hours = Math.floor(total / 3600)
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`
}

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: for spans nobody counts in seconds. */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Offset inside a call, `+0.000 s` to the millisecond. */
export function offset(milliseconds: number): string {
  return `+${decimal(Math.max(0, milliseconds) / 1000, 3)} s`
}
