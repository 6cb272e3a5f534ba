/** What people enter for opening hours, attendants and park lots, checked. */
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { AttendantInput, Holiday, OpenHours, ParkLotInput, ScheduleInput } from '../door.ts'
import { checkGreeting, checkNumberAndName, checkRange, checkTarget } from './input.ts'

const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/
const MOST_HOURS = 50
const MOST_HOLIDAYS = 500

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkSchedule<T extends Partial<ScheduleInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  if (typeof input.timeZone === 'string' && !isTimeZone(input.timeZone)) details.push({ field: 'timeZone', message: `${input.timeZone} is no time zone, such as America/New_York or Europe/Berlin.` })
  for (const field of ['open', 'closed', 'holiday'] as const) {
    const target = input[field]
    if (typeof target === 'string') checked[field] = checkTarget(target, field, details)
  }
  if (input.hours) {
    checked.hours = input.hours.map(({ days, from, to }) => ({ days: [...new Set(days)].sort((a, b) => a - b), from, to }))
    const wrong = checked.hours.map(wrongHours).find((message) => message !== undefined)
    if (wrong !== undefined) details.push({ field: 'hours', message: wrong })
    else if (checked.hours.length > MOST_HOURS) details.push({ field: 'hours', message: `There are at most ${MOST_HOURS} opening times.` })
  }
  if (input.holidays) {
    checked.holidays = input.holidays.map((holiday) => ({ ...holiday, name: holiday.name.trim() }))
    const wrong = checked.holidays.map(wrongHoliday).find((message) => message !== undefined)
    if (wrong !== undefined) details.push({ field: 'holidays', message: wrong })
    else if (checked.holidays.length > MOST_HOLIDAYS) details.push({ field: 'holidays', message: `There are at most ${MOST_HOLIDAYS} holidays.` })
  }
  refuseWrong(details)
  return checked
}

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkAttendant<T extends Partial<AttendantInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  if (input.greeting !== undefined) checked.greeting = checkGreeting(input.greeting, 1, details)
  if (input.keys) {
    checked.keys = Object.fromEntries(Object.entries(input.keys).map(([key, target]) => [key, checkTarget(target, `keys.${key}`, details)]))
    for (const key of Object.keys(checked.keys)) if (!/^[0-9*#]$/.test(key)) details.push({ field: `keys.${key}`, message: 'A key is one of 0 to 9, * and #.' })
  }
  if (typeof input.noInput === 'string') checked.noInput = checkTarget(input.noInput, 'noInput', details)
  checkRange(input.waitSeconds, 'waitSeconds', 'The wait for a key in seconds', 1, 30, details)
  checkRange(input.rounds, 'rounds', 'How often the greeting is played', 1, 10, details)
  refuseWrong(details)
  return checked
}

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkParkLot<T extends Partial<ParkLotInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  for (const field of ['firstSlot', 'lastSlot'] as const) {
    const slot = input[field]?.trim()
    if (slot === undefined) continue
    checked[field] = slot
    if (!/^[0-9]{2,15}$/.test(slot)) details.push({ field, message: 'A slot is dialled with 2 to 15 digits.' })
  }
  checkRange(input.timeoutSeconds, 'timeoutSeconds', 'How long a call is parked in seconds', 10, 3600, details)
  if (typeof input.returnTo === 'string') checked.returnTo = checkTarget(input.returnTo, 'returnTo', details)
  refuseWrong(details)
  return checked
}

function wrongHours({ days, from, to }: OpenHours): string | undefined {
  if (days.length === 0 || days.some((day) => !Number.isInteger(day) || day < 1 || day > 7)) return 'Each opening time is for one or more days of the week, 1 for Monday to 7 for Sunday.'
  if (!TIME.test(from) || !(TIME.test(to) || to === '24:00')) return `${from} to ${to}: times are written 09:00 to 17:30, up to 24:00.`
  return from === to ? `${from} to ${to} is no time at all; the whole day is 00:00 to 24:00.` : undefined
}

function wrongHoliday({ name, from, to, yearly }: Holiday): string | undefined {
  if (name === '' || name.length > 100) return 'A holiday has a name of at most 100 characters.'
  if (!isDay(from) || !isDay(to)) return `${name}: days are written 2026-12-24.`
  return !yearly && to < from ? `${name} ends before it begins.` : undefined
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
