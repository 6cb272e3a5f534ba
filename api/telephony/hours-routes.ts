/** Opening hours and attendants. */
import { z } from 'zod'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { given, isoOf } from '../http/fields.ts'
import type { Attendant as AttendantOfPbx, Schedule as ScheduleOfPbx, ScheduleState } from '../../pbx/index.ts'
import { holidaysOf } from './calendar.ts'
import { Attendant, AttendantCreate, AttendantRecording, AttendantUpdate, CalendarInput, GREETING_MAX, Holiday, Schedule, ScheduleCreate, ScheduleUpdate } from './hours-schemas.ts'

const HOURS = 'Opening hours'
const ATTENDANTS = 'Attendants'
const read = 'extensions.read'
const write = 'extensions.write'

const presentSchedule = ({ createdAt, updatedAt, ...schedule }: ScheduleOfPbx & { now: ScheduleState }): z.input<typeof Schedule> => ({ ...schedule, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) })

const presentAttendant = ({ createdAt, updatedAt, ...attendant }: AttendantOfPbx): z.input<typeof Attendant> => ({ ...attendant, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) })

const listSchedules = defineRoute({
  method: 'get', path: '/schedules', operationId: 'listSchedules', summary: 'Opening hours, with how they are now, by number', tag: HOURS, permission: read, response: z.object({ data: z.array(Schedule) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.schedules.list(actor)).map(presentSchedule) }),
})

const createSchedule = defineRoute({
  method: 'post', path: '/schedules', operationId: 'createSchedule', summary: 'Add opening hours', tag: HOURS, permission: write, body: ScheduleCreate, status: 201, response: one(Schedule),
  handle: async ({ world, actor, body }) => ({ data: presentSchedule(await world.pbx.schedules.create(actor, given(body))) }),
})

const readCalendar = defineRoute({
  method: 'post', path: '/schedules/calendar', operationId: 'readCalendar', summary: 'The days of an iCalendar file, to be taken as holidays', description: 'Nothing is kept; put them into the holidays of a schedule.', tag: HOURS, permission: write,
  body: CalendarInput, bodyMax: 1_100_000, response: z.object({ data: z.array(Holiday) }),
  handle: ({ body }) => Promise.resolve({ data: holidaysOf(body.calendar, new Date().getUTCFullYear()) }),
})

const getSchedule = defineRoute({
  method: 'get', path: '/schedules/{id}', operationId: 'getSchedule', summary: 'Opening hours', tag: HOURS, permission: read, params: idParams, response: one(Schedule),
  handle: async ({ world, actor, params }) => ({ data: presentSchedule(await world.pbx.schedules.get(actor, params.id)) }),
})

const updateSchedule = defineRoute({
  method: 'patch', path: '/schedules/{id}', operationId: 'updateSchedule', summary: 'Change opening hours, or open and close by hand', tag: HOURS, permission: write, params: idParams, body: ScheduleUpdate, versioned: true, response: one(Schedule),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentSchedule(await world.pbx.schedules.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteSchedule = defineRoute({
  method: 'delete', path: '/schedules/{id}', operationId: 'deleteSchedule', summary: 'Remove opening hours', tag: HOURS, permission: write, params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.schedules.remove(actor, params.id)
    return done
  },
})

const listAttendants = defineRoute({
  method: 'get', path: '/attendants', operationId: 'listAttendants', summary: 'Attendants, by number', tag: ATTENDANTS, permission: read, response: z.object({ data: z.array(Attendant) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.attendants.list(actor)).map(presentAttendant) }),
})

const createAttendant = defineRoute({
  method: 'post', path: '/attendants', operationId: 'createAttendant', summary: 'Add an attendant', tag: ATTENDANTS, permission: write, body: AttendantCreate, status: 201, response: one(Attendant),
  handle: async ({ world, actor, body }) => ({ data: presentAttendant(await world.pbx.attendants.create(actor, given(body))) }),
})

const getAttendant = defineRoute({
  method: 'get', path: '/attendants/{id}', operationId: 'getAttendant', summary: 'An attendant', tag: ATTENDANTS, permission: read, params: idParams, response: one(Attendant),
  handle: async ({ world, actor, params }) => ({ data: presentAttendant(await world.pbx.attendants.get(actor, params.id)) }),
})

const updateAttendant = defineRoute({
  method: 'patch', path: '/attendants/{id}', operationId: 'updateAttendant', summary: 'Change an attendant', tag: ATTENDANTS, permission: write, params: idParams, body: AttendantUpdate, versioned: true, response: one(Attendant),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentAttendant(await world.pbx.attendants.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteAttendant = defineRoute({
  method: 'delete', path: '/attendants/{id}', operationId: 'deleteAttendant', summary: 'Remove an attendant', tag: ATTENDANTS, permission: write, params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.attendants.remove(actor, params.id)
    return done
  },
})

const getAttendantGreeting = defineFileRoute({
  method: 'get', path: '/attendants/{id}/greeting', operationId: 'getAttendantGreeting', summary: 'The greeting as callers hear it', tag: ATTENDANTS, permission: read, params: idParams, file: 'audio/wav',
  handle: async ({ world, actor, params }) => ({ path: await world.pbx.attendants.greeting(actor, params.id), name: 'greeting.wav' }),
})

const setAttendantRecording = defineRoute({
  method: 'put', path: '/attendants/{id}/recording', operationId: 'setAttendantRecording', summary: 'Play a recording instead of the spoken text', tag: ATTENDANTS, permission: write, params: idParams,
  body: AttendantRecording, bodyMax: Math.ceil(GREETING_MAX / 3) * 4 + 1_000, response: one(Attendant),
  handle: async ({ world, actor, params, body }) => ({ data: presentAttendant(await world.pbx.attendants.setRecording(actor, params.id, Buffer.from(body.sound, 'base64'))) }),
})

const removeAttendantRecording = defineRoute({
  method: 'delete', path: '/attendants/{id}/recording', operationId: 'removeAttendantRecording', summary: 'Speak the text again', tag: ATTENDANTS, permission: write, params: idParams, response: one(Attendant),
  handle: async ({ world, actor, params }) => ({ data: presentAttendant(await world.pbx.attendants.setRecording(actor, params.id, undefined)) }),
})

export const hoursRoutes = [
  listSchedules, createSchedule, readCalendar, getSchedule, updateSchedule, deleteSchedule,
  listAttendants, createAttendant, getAttendant, updateAttendant, deleteAttendant, getAttendantGreeting, setAttendantRecording, removeAttendantRecording,
]
