/** Calls for help: where phones are, who is told, what became of each. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { idParams, one, pageOf, pageQuery, pagination } from '../http/envelope.ts'
import { given, isoOf } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import { nomadicRoutes } from './nomadic-routes.ts'
import { presentCall, presentDevice, presentTrunk } from './present.ts'
import {
  Acknowledgement, EmergencyCall, EmergencyLocation, EmergencyLocationCreate, EmergencyLocationUpdate, EmergencyNetwork, EmergencyNetworkCreate, EmergencyNetworkUpdate, EmergencySettings, EmergencySettingsUpdate,
  EmergencySite, EmergencySiteCreate, EmergencySiteUpdate, LocatedDevice, LocatedTrunk, NetworkReport, PlaceOf, PoolNumber,
} from './schemas.ts'
import { testRoutes } from './test-routes.ts'
import { wireMapRoutes } from './wire-map.ts'

const tag = 'Emergency'
const read = 'emergency.read'
const write = 'emergency.write'

const getEmergencySettings = defineRoute({
  method: 'get', path: '/emergency/settings', operationId: 'getEmergencySettings', summary: 'Who is told of calls for help, and the default place', tag, permission: read, response: one(EmergencySettings),
  handle: async ({ world, actor }) => ({ data: await world.pbx.emergency.settings(actor) }),
})

const updateEmergencySettings = defineRoute({
  method: 'patch', path: '/emergency/settings', operationId: 'updateEmergencySettings', summary: 'Change who is told of calls for help, or the default place', tag, permission: write, body: EmergencySettingsUpdate, response: one(EmergencySettings),
  handle: async ({ world, actor, body }) => ({ data: await world.pbx.emergency.configure(actor, given(body)) }),
})

const listPoolNumbers = defineRoute({
  method: 'get', path: '/emergency/pool-numbers', operationId: 'listPoolNumbers', summary: 'The call-back numbers of all sites, and who is called back on each now', tag, permission: read, response: z.object({ data: z.array(PoolNumber) }),
  handle: async ({ world, actor }) => ({
    data: (await world.pbx.emergency.pools(actor)).map(({ holder, ...rest }) => ({ ...rest, holder: holder && { ...holder, since: isoOf(holder.since), until: isoOf(holder.until) } })),
  }),
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

const listLocatedTrunks = defineRoute({
  method: 'get', path: '/emergency/trunks', operationId: 'listLocatedTrunks', summary: 'PBXs that register here, and where help would be sent', tag, permission: read, response: z.object({ data: z.array(LocatedTrunk) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.emergency.trunks(actor)).map(presentTrunk) }),
})

const placeTrunk = defineRoute({
  method: 'put', path: '/emergency/trunks/{id}/place', operationId: 'placeTrunk', summary: 'Say where the PBX of a trunk is; null: nobody knows', tag, permission: write, params: idParams, body: PlaceOf, response: one(LocatedTrunk),
  handle: async ({ world, actor, params, body }) => ({ data: presentTrunk(await world.pbx.emergency.placeTrunk(actor, params.id, body.locationId)) }),
})

export const emergencyRoutes = [
  ...wireMapRoutes,
  ...keptRoutes({
    path: '/emergency/sites', one: 'EmergencySite', many: 'EmergencySites', tag, read, write,
    words: { list: 'Sites, in order', create: 'Add to the sites', get: 'One of the sites', update: 'Change one of the sites', remove: 'Remove one of the sites' },
    shown: EmergencySite, create: EmergencySiteCreate, update: EmergencySiteUpdate, kept: ({ emergency }) => emergency.sites, present: stamped,
  }),
  ...keptRoutes({
    path: '/emergency/locations', one: 'EmergencyLocation', many: 'EmergencyLocations', tag, read, write,
    words: { list: 'Places in sites, in order', create: 'Add to the places in sites', get: 'One of the places in sites', update: 'Change one of the places in sites', remove: 'Remove one of the places in sites' },
    shown: EmergencyLocation, create: EmergencyLocationCreate, update: EmergencyLocationUpdate, kept: ({ emergency }) => emergency.locations, present: stamped,
  }),
  ...keptRoutes({
    path: '/emergency/networks', one: 'EmergencyNetwork', many: 'EmergencyNetworks', tag, read, write,
    words: { list: 'Networks that tell of a place, in order', create: 'Add to the networks that tell of a place', get: 'One of the networks that tell of a place', update: 'Change one of the networks that tell of a place', remove: 'Remove one of the networks that tell of a place' },
    shown: EmergencyNetwork, create: EmergencyNetworkCreate, update: EmergencyNetworkUpdate, kept: ({ emergency }) => emergency.networks, present: stamped,
  }),
  getEmergencySettings, updateEmergencySettings, listPoolNumbers, listLocatedDevices, getLocatedDevice, placeDevice, confirmPlace, reportNetwork, listEmergencyCalls, getEmergencyCall, acknowledgeEmergencyCall, listLocatedTrunks, placeTrunk,
  ...nomadicRoutes,
  ...testRoutes,
]
