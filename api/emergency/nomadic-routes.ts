/** The same by the number of an extension, under the paths of the framework: /api/framework/nomadic-e911. */
import { z } from 'zod'
import { wrongField } from '../../config/errors.ts'
import type { LocatedDevice as DeviceOfPbx } from '../../pbx/index.ts'
import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { stamped } from '../http/kept-routes.ts'
import { presentDevice } from './present.ts'
import { EmergencySite, EmergencySiteCreate, LocatedDevice, LocationUpdate, NomadicLocation } from './schemas.ts'

const tag = 'Nomadic E911'
const root = '/framework/nomadic-e911'
const params = z.strictObject({ extension: z.string().regex(/^[0-9]{1,15}$/, 'must be the number of an extension') })

const sites = defineRoute({
  method: 'get', path: `${root}/sites`, operationId: 'listNomadicSites', summary: 'Sites with their addresses', tag, permission: 'emergency.read', response: z.object({ data: z.array(EmergencySite) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.emergency.sites.list(actor)).map(stamped) }),
})

const createSite = defineRoute({
  method: 'post', path: `${root}/create-site`, operationId: 'createNomadicSite', summary: 'Add a site', tag, permission: 'emergency.write', body: EmergencySiteCreate, status: 201, response: one(EmergencySite),
  handle: async ({ world, actor, body }) => ({ data: stamped(await world.pbx.emergency.sites.create(actor, given(body))) }),
})

const location = defineRoute({
  method: 'get', path: `${root}/location/{extension}`, operationId: 'getNomadicLocation', summary: 'Where help would be sent for each phone of an extension', tag, permission: 'emergency.read', params, response: one(NomadicLocation),
  handle: async ({ world, actor, params: { extension } }) => ({ data: { extension, devices: (await world.pbx.emergency.ofExtension(actor, extension)).map(presentDevice) } }),
})

const updateLocation = defineRoute({
  method: 'post', path: `${root}/update-location/{extension}`, operationId: 'updateNomadicLocation', summary: 'Say where a phone of an extension is now, or what network it is in',
  description: 'Without `deviceId` it is for its only phone, or for the only one that is registered.', tag, permission: 'emergency.write', params, body: LocationUpdate, response: one(LocatedDevice),
  async handle({ world, actor, params: { extension }, body: { deviceId, locationId, network } }) {
    const { emergency } = world.pbx
    const phone = phoneOf(await emergency.ofExtension(actor, extension), deviceId)
    const confirmed = locationId === undefined ? undefined : await emergency.confirm(actor, phone.deviceId, locationId)
    return { data: presentDevice(network === undefined ? (confirmed ?? phone) : await emergency.report(actor, phone.deviceId, network)) }
  },
})

function phoneOf(phones: readonly DeviceOfPbx[], deviceId: string | undefined): DeviceOfPbx {
  const registered = phones.filter(({ address }) => address !== null)
  const candidates = deviceId !== undefined ? phones.filter((phone) => phone.deviceId === deviceId) : phones.length === 1 ? phones : registered
  const [phone, ...others] = candidates
  if (phone && others.length === 0) return phone
  if (deviceId !== undefined) throw wrongField('deviceId', 'The extension has no such phone.')
  throw wrongField('deviceId', phones.length === 0 ? 'The extension has no phone.' : `The extension has several phones. Say which: ${phones.map((each) => `${each.deviceId} (${each.name})`).join(', ')}.`)
}

export const nomadicRoutes = [sites, createSite, location, updateLocation]
