/** Opening hours and attendants. */
import { z } from 'zod'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { idParams, one } from '../http/envelope.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import { holidaysOf } from './calendar.ts'
import { Attendant, AttendantCreate, AttendantRecording, AttendantUpdate, CalendarInput, GREETING_MAX, Holiday, Schedule, ScheduleCreate, ScheduleUpdate } from './hours-schemas.ts'

const HOURS = 'Opening hours'
const ATTENDANTS = 'Attendants'
const read = 'extensions.read'
const write = 'extensions.write'

const readCalendar = defineRoute({
  method: 'post', path: '/schedules/calendar', operationId: 'readCalendar', summary: 'The days of an iCalendar file, to be taken as holidays', description: 'Nothing is kept; put them into the holidays of a schedule.', tag: HOURS, permission: write,
  body: CalendarInput, bodyMax: 1_100_000, response: z.object({ data: z.array(Holiday) }),
  handle: ({ body }) => Promise.resolve({ data: holidaysOf(body.calendar, new Date().getUTCFullYear()) }),
})

const getAttendantGreeting = defineFileRoute({
  method: 'get', path: '/attendants/{id}/greeting', operationId: 'getAttendantGreeting', summary: 'The greeting as callers hear it', tag: ATTENDANTS, permission: read, params: idParams, file: 'audio/wav',
  handle: async ({ world, actor, params }) => ({ path: await world.pbx.attendants.greeting(actor, params.id), name: 'greeting.wav' }),
})

const setAttendantRecording = defineRoute({
  method: 'put', path: '/attendants/{id}/recording', operationId: 'setAttendantRecording', summary: 'Play a recording instead of the spoken text', tag: ATTENDANTS, permission: write, params: idParams,
  body: AttendantRecording, bodyMax: Math.ceil(GREETING_MAX / 3) * 4 + 1_000, response: one(Attendant),
  handle: async ({ world, actor, params, body }) => ({ data: stamped(await world.pbx.attendants.setRecording(actor, params.id, Buffer.from(body.sound, 'base64'))) }),
})

const removeAttendantRecording = defineRoute({
  method: 'delete', path: '/attendants/{id}/recording', operationId: 'removeAttendantRecording', summary: 'Speak the text again', tag: ATTENDANTS, permission: write, params: idParams, response: one(Attendant),
  handle: async ({ world, actor, params }) => ({ data: stamped(await world.pbx.attendants.setRecording(actor, params.id, undefined)) }),
})

export const hoursRoutes = [
  ...keptRoutes({
    path: '/schedules', one: 'Schedule', many: 'Schedules', tag: HOURS, read, write,
    words: { list: 'Opening hours, with how they are now, by number', create: 'Add opening hours', get: 'Opening hours', update: 'Change opening hours, or open and close by hand', remove: 'Remove opening hours' },
    shown: Schedule, create: ScheduleCreate, update: ScheduleUpdate, kept: ({ schedules }) => schedules, present: stamped,
  }),
  readCalendar,
  ...keptRoutes({
    path: '/attendants', one: 'Attendant', many: 'Attendants', tag: ATTENDANTS, read, write,
    words: { list: 'Attendants, by number', create: 'Add an attendant', get: 'An attendant', update: 'Change an attendant', remove: 'Remove an attendant' },
    shown: Attendant, create: AttendantCreate, update: AttendantUpdate, kept: ({ attendants }) => attendants, present: stamped,
  }),
  getAttendantGreeting, setAttendantRecording, removeAttendantRecording,
]
