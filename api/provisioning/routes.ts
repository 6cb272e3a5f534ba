/** Phones that are set up from here. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { isoOf, orNull } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import type { World } from '../http/world.ts'
import type { PhoneOpening as Opening, ProvisionedPhone as Phone, ProvisionedPhoneInput } from '../../pbx/index.ts'
import { PhoneAsk, PhoneAsked, PhoneKeysChange, PhoneLink, PhoneOpening, PhoneOpeningCreate, PhoneOpeningMade, PhoneVendor, ProvisionedPhone, ProvisionedPhoneCreate, ProvisionedPhoneUpdate } from './schemas.ts'

const tag = 'Phones'

const present = ({ fetch, told, link, ...phone }: Phone): z.input<typeof ProvisionedPhone> => ({
  ...stamped(phone),
  fetch: fetch && { ...fetch, at: isoOf(fetch.at) },
  told: told && { ...told, at: isoOf(told.at) },
  link: link && { ...link, until: isoOf(link.until) },
})

const presentOpening = ({ until, networks, by }: Opening): z.input<typeof PhoneOpening> => ({ until: isoOf(until), networks, by })

/** Where phones fetch, and whether they get something there. */
function address(world: World, token: string): { url: string; served: boolean } {
  const url = `${world.gate.publicOrigin}/provision/${token}/`
  return { url, served: url.startsWith('https://') || world.settings.provisioning.plainNetworks.length > 0 }
}

const vendors = defineRoute({
  method: 'get', path: '/phone-vendors', operationId: 'listPhoneVendors', summary: 'Vendors and models of phones that can be set up from here', tag, permission: 'extensions.read', response: z.object({ data: z.array(PhoneVendor) }),
  handle: async ({ world }) => ({ data: world.pbx.phones.vendors().map(({ id, name, soft, models, file, howTo, dhcp }) => ({ id, name, soft, models: [...models], file, howTo, dhcp })) }),
})

const setKeys = defineRoute({
  method: 'post', path: '/phone-keys', operationId: 'setPhoneKeys', summary: 'Give many phones the same keys', description: 'All of them, or none when they do not fit one of them.', tag, permission: 'extensions.write', body: PhoneKeysChange, response: one(z.object({ count: z.number().int() })),
  handle: async ({ world, actor, body }) => ({ data: { count: await world.pbx.phones.setKeys(actor, body.phoneIds, body.keys) } }),
})

const opening = defineRoute({
  method: 'get', path: '/phone-opening', operationId: 'getPhoneOpening', summary: 'Whether new phones of a network get their settings by one address', tag, permission: 'extensions.read', response: one(orNull(PhoneOpening)),
  async handle({ world, actor }) {
    const found = await world.pbx.phones.opening.get(actor)
    return { data: found && presentOpening(found) }
  },
})

const open = defineRoute({
  method: 'post', path: '/phone-opening', operationId: 'openForPhones', summary: 'Open for new phones of a network', tag, permission: 'extensions.write', body: PhoneOpeningCreate, status: 201, secret: true, response: one(PhoneOpeningMade),
  description: 'Gives one address for all, for DHCP: phones that were added and have no settings yet get them there by their MAC address, each from one place. It is in this answer and in no other; the one before is void.',
  async handle({ world, actor, body }) {
    const made = await world.pbx.phones.opening.open(actor, body)
    return { data: { opening: presentOpening(made), ...address(world, made.token) } }
  },
})

const close = defineRoute({
  method: 'delete', path: '/phone-opening', operationId: 'closeForPhones', summary: 'Close for new phones', tag, permission: 'extensions.write', response: Success,
  async handle({ world, actor }) {
    await world.pbx.phones.opening.close(actor)
    return done
  },
})

const link = defineRoute({
  method: 'post', path: '/phones/{id}/link', operationId: 'createPhoneLink', summary: 'Make a link to the first settings of a phone', tag, permission: 'extensions.write', params: idParams, status: 201, secret: true, response: one(PhoneLink),
  description: 'It is in this answer and in no other, good for three days and for one address: with its first settings the phone learns a link of its own. The one before is void.',
  async handle({ world, actor, params }) {
    const { token, file, until } = await world.pbx.phones.makeLink(actor, params.id)
    const { url, served } = address(world, token)
    return { data: { url, fileUrl: `${url}${file}`, until: isoOf(until), served } }
  },
})

const password = defineRoute({
  method: 'post', path: '/phones/{id}/admin-password', operationId: 'showPhoneAdminPassword', summary: 'What the administrator of a phone signs in with', tag, permission: 'extensions.write', params: idParams, secret: true, response: one(z.object({ password: z.string() })),
  handle: async ({ world, actor, params }) => ({ data: { password: await world.pbx.phones.adminPassword(actor, params.id) } }),
})

const ask = defineRoute({
  method: 'post', path: '/phones/{id}/resync', operationId: 'resyncPhone', summary: 'Ask a phone to fetch its settings, or to start again', description: 'A phone in a call is asked when that is over.', tag, permission: 'extensions.write', params: idParams, body: PhoneAsk, response: one(PhoneAsked),
  handle: async ({ world, actor, params, body }) => ({ data: await world.pbx.phones.ask(actor, params.id, body.restart === true) }),
})

const preview = defineRoute({
  method: 'get', path: '/phones/{id}/settings', operationId: 'getPhoneSettings', summary: 'The settings of a phone as it gets them', description: 'Without passwords and links.', tag, permission: 'extensions.read', params: idParams, response: one(z.object({ file: z.string(), text: z.string() })),
  handle: async ({ world, actor, params }) => ({ data: await world.pbx.phones.preview(actor, params.id) }),
})

export const provisioningRoutes = [
  vendors,
  ...keptRoutes<Phone, ProvisionedPhoneInput, typeof ProvisionedPhone>({
    path: '/phones', one: 'Phone', many: 'Phones', tag, read: 'extensions.read', write: 'extensions.write',
    words: { list: 'Phones that are set up from here, by name', create: 'Add a phone', get: 'A phone that is set up from here', update: 'Change a phone', remove: 'Remove a phone and its devices' },
    more: { update: 'It is asked to fetch its settings when they change, after its calls.' },
    shown: ProvisionedPhone, create: ProvisionedPhoneCreate, update: ProvisionedPhoneUpdate, kept: ({ phones }) => phones, present,
  }),
  setKeys, opening, open, close, link, password, ask, preview,
]
