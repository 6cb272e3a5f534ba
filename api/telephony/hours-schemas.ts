import { z } from 'zod'
import { dialled, line, ownNumber, readVersion, stamps } from '../http/fields.ts'

/** Of a greeting; base64 makes it a third more. */
export const GREETING_MAX = 10_000_000

const number = ownNumber.meta({ description: 'What is dialled, 2 to 15 digits; nothing else has the same.' })
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2026-12-24')

const hours = z.array(
  z
    .strictObject({
      days: z.array(z.number().int().min(1).max(7)).min(1).max(7).meta({ description: '1 is Monday, 7 Sunday.' }),
      from: z.string().regex(/^[0-9]{2}:[0-9]{2}$/, 'must be a time such as 09:00'),
      to: z.string().regex(/^[0-9]{2}:[0-9]{2}$/, 'must be a time such as 17:30').meta({ description: '24:00 is midnight; before `from` it goes on into the next day.' }),
    })
    .meta({ id: 'OpenHours' }),
).max(50)

export const Holiday = z
  .strictObject({ name: line(100), from: day.meta({ description: 'The first day.' }), to: day.meta({ description: 'The last day.' }), yearly: z.boolean().meta({ description: 'Every year; the year of the days is then of no matter.' }) })
  .meta({ id: 'Holiday' })

const override = z.enum(['automatic', 'open', 'closed']).meta({ description: 'Open or closed by hand, whatever the clock says.' })

export const Schedule = z
  .object({
    id: z.uuid(),
    number: z.string(),
    name: z.string(),
    timeZone: z.string().nullable().meta({ description: 'IANA name; null: that of the tenant.' }),
    hours,
    holidays: z.array(Holiday),
    open: z.string().meta({ description: 'Where calls go while open: what one would dial.' }),
    closed: z.string(),
    holiday: z.string().nullable().meta({ description: 'Null: as while closed.' }),
    override,
    byPhone: z.boolean().meta({ description: 'Any phone may turn it by hand with *28 and the number.' }),
    enabled: z.boolean(),
    now: z.object({ is: z.enum(['open', 'closed', 'holiday']), why: z.string() }).meta({ id: 'ScheduleState', description: 'How it is at this moment.' }),
    ...stamps,
  })
  .meta({ id: 'Schedule', description: 'Opening hours: a number whose calls go one way while the company is there and another while it is not.' })

const scheduleOptions = {
  timeZone: z.string().max(60).nullable().optional(),
  hours: hours.optional(),
  holidays: z.array(Holiday).max(500).optional(),
  holiday: dialled.nullable().optional(),
  override: override.optional(),
  byPhone: z.boolean().optional(),
  enabled: z.boolean().optional(),
}

export const ScheduleCreate = z.strictObject({ number, name: line(100), open: dialled, closed: dialled, ...scheduleOptions }).meta({ id: 'ScheduleCreate' })
export const ScheduleUpdate = z.strictObject({ number: number.optional(), name: line(100).optional(), open: dialled.optional(), closed: dialled.optional(), ...scheduleOptions, version: readVersion }).meta({ id: 'ScheduleUpdate' })

export const CalendarInput = z.strictObject({ calendar: z.string().min(1).max(1_000_000).meta({ description: 'An iCalendar file (RFC 5545).' }) }).meta({ id: 'CalendarInput' })

const keys = z.record(z.string().regex(/^[0-9*#]$/, 'must be one of 0 to 9, * and #'), dialled)

export const Attendant = z
  .object({
    id: z.uuid(),
    number: z.string(),
    name: z.string(),
    greeting: z.string().meta({ description: 'Spoken by the voice of the house, unless a recording is there.' }),
    recordingSeconds: z.number().nullable().meta({ description: 'Of the recording that is played instead; null: none.' }),
    keys: z.record(z.string(), z.string()).meta({ description: 'By the key: what is dialled for the caller. Without keys and direct dialling it is an announcement.' }),
    directDial: z.boolean().meta({ description: 'Callers may dial an extension themselves.' }),
    waitSeconds: z.number().int().meta({ description: 'Until a first key after the greeting.' }),
    rounds: z.number().int().meta({ description: 'How often the greeting is played.' }),
    noInput: z.string().nullable().meta({ description: 'Where callers go who choose nothing, or what an announcement leads to; null: the call ends.' }),
    enabled: z.boolean(),
    ...stamps,
  })
  .meta({ id: 'Attendant', description: 'A number that greets callers and lets them choose with their keys.' })

const attendantOptions = {
  keys: keys.optional(),
  directDial: z.boolean().optional(),
  waitSeconds: z.number().int().min(1).max(30).optional(),
  rounds: z.number().int().min(1).max(10).optional(),
  noInput: dialled.nullable().optional(),
  enabled: z.boolean().optional(),
}
const greeting = z.string().trim().min(1).max(1000)

export const AttendantCreate = z.strictObject({ number, name: line(100), greeting, ...attendantOptions }).meta({ id: 'AttendantCreate' })
export const AttendantUpdate = z.strictObject({ number: number.optional(), name: line(100).optional(), greeting: greeting.optional(), ...attendantOptions, version: readVersion }).meta({ id: 'AttendantUpdate' })

export const AttendantRecording = z
  .strictObject({ sound: z.base64().min(1).max(Math.ceil(GREETING_MAX / 3) * 4).meta({ description: 'A WAV file (16-bit PCM or G.711) or Opus in Ogg, base64; at most 10 MB.' }) })
  .meta({ id: 'AttendantRecording' })
