/** Calls for help: where phones are, who is told, what became of each. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pageQuery, pagination, Success } from '../http/envelope.ts'
import { given, isoOf, isoOrNull } from '../http/fields.ts'
import type { EmergencyCall as CallOfPbx, EmergencyDoor, Located as LocatedOfPbx, LocatedDevice as DeviceOfPbx } from '../../pbx/index.ts'
import {
  Acknowledgement, EmergencyCall, EmergencyLocation, EmergencyLocationCreate, EmergencyLocationUpdate, EmergencyNetwork, EmergencyNetworkCreate, EmergencyNetworkUpdate, EmergencySettings, EmergencySettingsUpdate,
  EmergencySite, EmergencySiteCreate, EmergencySiteUpdate, type Located, LocatedDevice, NetworkReport, PlaceOf,
} from './schemas.ts'

const tag = 'Emergency'
const read = 'emergency.read'
const write = 'emergency.write'

const stamped = <T extends { createdAt: Date; updatedAt: Date }>({ createdAt, updatedAt, ...rest }: T) => ({ ...rest, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) })
const presentLocated = (located: LocatedOfPbx | null): z.input<typeof Located> | null => located && { ...located, since: isoOrNull(located.since) }
const presentDevice = ({ confirmed, reported, located, ...device }: DeviceOfPbx): z.input<typeof LocatedDevice> => ({
  ...device, confirmed: confirmed && { ...confirmed, at: isoOf(confirmed.at) }, reported: reported && { ...given(reported), at: isoOf(reported.at) }, located: presentLocated(located),
})
const presentCall = ({ startedAt, location, attempts, answeredAt, endedAt, notified, escalatedAt, acknowledgedAt, ...call }: CallOfPbx): z.input<typeof EmergencyCall> => ({
  ...call, startedAt: isoOf(startedAt), location: presentLocated(location), attempts: attempts.map((attempt) => ({ ...attempt, at: isoOf(attempt.at) })), answeredAt: isoOrNull(answeredAt), endedAt: isoOrNull(endedAt),
  notified: notified.map((each) => ({ ...each, at: isoOf(each.at) })), escalatedAt: isoOrNull(escalatedAt), acknowledgedAt: isoOrNull(acknowledgedAt),
})

/** List, add, read, change and remove, as for every kind of object. */
function kept<Kind extends 'sites' | 'locations' | 'networks'>(kind: Kind, names: { one: string; many: string; what: string }, schemas: { shown: z.ZodType; create: z.ZodType; update: z.ZodType }) {
  const path = `/emergency/${kind}`
  const door = (pbx: { emergency: EmergencyDoor }) => pbx.emergency[kind] as EmergencyDoor['sites']
  const show = (row: never): never => stamped(row as { createdAt: Date; updatedAt: Date }) as never
  return [
    defineRoute({
      method: 'get', path, operationId: `list${names.many}`, summary: `${names.what}, in order`, tag, permission: read, response: z.object({ data: z.array(schemas.shown) }),
      handle: async ({ world, actor }) => ({ data: ((await door(world.pbx).list(actor)) as never[]).map(show) }),
    }),
    defineRoute({
      method: 'post', path, operationId: `create${names.one}`, summary: `Add to the ${names.what.toLowerCase()}`, tag, permission: write, body: schemas.create, status: 201, response: one(schemas.shown),
      handle: async ({ world, actor, body }) => ({ data: show((await door(world.pbx).create(actor, given(body as object) as never)) as never) }),
    }),
    defineRoute({
      method: 'get', path: `${path}/{id}`, operationId: `get${names.one}`, summary: `One of the ${names.what.toLowerCase()}`, tag, permission: read, params: idParams, response: one(schemas.shown),
      handle: async ({ world, actor, params }) => ({ data: show((await door(world.pbx).get(actor, params.id)) as never) }),
    }),
    defineRoute({
      method: 'patch', path: `${path}/{id}`, operationId: `update${names.one}`, summary: `Change one of the ${names.what.toLowerCase()}`, tag, permission: write, params: idParams, body: schemas.update, versioned: true, response: one(schemas.shown),
      async handle({ world, actor, params, body, ifMatch }) {
        const { version, ...input } = body as { version?: number }
        return { data: show((await door(world.pbx).update(actor, params.id, given(input) as never, ifMatch ?? version)) as never) }
      },
    }),
    defineRoute({
      method: 'delete', path: `${path}/{id}`, operationId: `delete${names.one}`, summary: `Remove one of the ${names.what.toLowerCase()}`, tag, permission: write, params: idParams, response: Success,
      async handle({ world, actor, params }) {
        await door(world.pbx).remove(actor, params.id)
        return done
      },
    }),
  ]
}

const getEmergencySettings = defineRoute({
  method: 'get', path: '/emergency/settings', operationId: 'getEmergencySettings', summary: 'Who is told of calls for help, and the default place', tag, permission: read, response: one(EmergencySettings),
  handle: async ({ world, actor }) => ({ data: await world.pbx.emergency.settings(actor) }),
})

const updateEmergencySettings = defineRoute({
  method: 'patch', path: '/emergency/settings', operationId: 'updateEmergencySettings', summary: 'Change who is told of calls for help, or the default place', tag, permission: write, body: EmergencySettingsUpdate, response: one(EmergencySettings),
  handle: async ({ world, actor, body }) => ({ data: await world.pbx.emergency.configure(actor, given(body)) }),
})

const listLocatedDevices = defineRoute({
  method: 'get', path: '/emergency/devices', operationId: 'listLocatedDevices', summary: 'All phones, and where help would be sent', tag, permission: read, response: z.object({ data: z.array(LocatedDevice) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.emergency.devices(actor)).map(presentDevice) }),
})

const getLocatedDevice = defineRoute({
  method: 'get', path: '/emergency/devices/{id}', operationId: 'getLocatedDevice', summary: 'Where help would be sent for a phone', tag, permission: read, params: idParams, response: one(LocatedDevice),
  handle: async ({ world, actor, params }) => ({ data: presentDevice(await world.pbx.emergency.device(actor, params.id)) }),
})

const placeDevice = defineRoute({
  method: 'put', path: '/emergency/devices/{id}/place', operationId: 'placeDevice', summary: 'Say where a phone always is; null: it moves', tag, permission: write, params: idParams, body: PlaceOf, response: one(LocatedDevice),
  handle: async ({ world, actor, params, body }) => ({ data: presentDevice(await world.pbx.emergency.place(actor, params.id, body.locationId)) }),
})

const confirmPlace = defineRoute({
  method: 'put', path: '/emergency/devices/{id}/confirmed', operationId: 'confirmPlace', summary: 'Say where a phone is now, for its user', tag, permission: write, params: idParams, body: PlaceOf, response: one(LocatedDevice),
  handle: async ({ world, actor, params, body }) => ({ data: presentDevice(await world.pbx.emergency.confirm(actor, params.id, body.locationId)) }),
})

const reportNetwork = defineRoute({
  method: 'put', path: '/emergency/devices/{id}/network', operationId: 'reportNetwork', summary: 'Say what network a phone is in: its access point, switch port or own address', tag, permission: write, params: idParams, body: NetworkReport, response: one(LocatedDevice),
  handle: async ({ world, actor, params, body }) => ({ data: presentDevice(await world.pbx.emergency.report(actor, params.id, body)) }),
})

const listEmergencyCalls = defineRoute({
  method: 'get', path: '/emergency/calls', operationId: 'listEmergencyCalls', summary: 'Calls for help and tests, newest first', tag, permission: read, query: z.strictObject(pageQuery), response: pageOf(EmergencyCall),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.pbx.emergency.calls(actor, query)
    return { data: rows.map(presentCall), pagination: pagination(total, query) }
  },
})

const getEmergencyCall = defineRoute({
  method: 'get', path: '/emergency/calls/{id}', operationId: 'getEmergencyCall', summary: 'All that is known of a call for help, as a regulator asks', tag, permission: read, params: idParams, response: one(EmergencyCall),
  handle: async ({ world, actor, params }) => ({ data: presentCall(await world.pbx.emergency.call(actor, params.id)) }),
})

const acknowledgeEmergencyCall = defineRoute({
  method: 'post', path: '/emergency/calls/{id}/acknowledge', operationId: 'acknowledgeEmergencyCall', summary: 'Say that somebody looks after it', tag, permission: write, params: idParams, body: Acknowledgement, response: one(EmergencyCall),
  handle: async ({ world, actor, params, body }) => ({ data: presentCall(await world.pbx.emergency.acknowledge(actor, params.id, body.note)) }),
})

export const emergencyRoutes = [
  ...kept('sites', { one: 'EmergencySite', many: 'EmergencySites', what: 'Sites' }, { shown: EmergencySite, create: EmergencySiteCreate, update: EmergencySiteUpdate }),
  ...kept('locations', { one: 'EmergencyLocation', many: 'EmergencyLocations', what: 'Places in sites' }, { shown: EmergencyLocation, create: EmergencyLocationCreate, update: EmergencyLocationUpdate }),
  ...kept('networks', { one: 'EmergencyNetwork', many: 'EmergencyNetworks', what: 'Networks that tell of a place' }, { shown: EmergencyNetwork, create: EmergencyNetworkCreate, update: EmergencyNetworkUpdate }),
  getEmergencySettings, updateEmergencySettings, listLocatedDevices, getLocatedDevice, placeDevice, confirmPlace, reportNetwork, listEmergencyCalls, getEmergencyCall, acknowledgeEmergencyCall,
]
