/** Phones that people take turns at, and who sits where. */
import { z } from 'zod'
import type { SharedPhone as SharedPhoneOfPbx } from '../../pbx/index.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { instant, isoOf, orNull } from '../http/fields.ts'

const tag = 'Devices'

const settings = {
  calls: z.enum(['help', 'internal']).meta({ description: 'What the phone may call while nobody sits there, besides help: nobody, or numbers inside.' }),
  hours: z.number().int().min(1).max(168).nullable().meta({ description: 'Whoever sits there is logged out after so many hours; null: not by that.' }),
  at: z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/).nullable().meta({ description: 'And at this time of day by the clock of the company, such as 18:30; null: not by that.' }),
}

const SharedPhone = z
  .object({
    id: z.uuid().meta({ description: 'Of the device.' }),
    name: z.string(),
    ...settings,
    home: z.object({ id: z.uuid(), number: z.string(), name: z.string() }).meta({ id: 'SharedPhoneHome', description: 'The extension that the phone has while nobody sits there.' }),
    registered: z.boolean(),
    login: orNull(z.object({ extensionId: z.uuid(), number: z.string(), name: z.string(), since: instant, until: instant.nullable() }).meta({ id: 'DeskLogin' })).meta({ description: 'Who sits there; null: nobody.' }),
  })
  .meta({ id: 'SharedPhone', description: 'A phone that people take turns at: whoever logs in has it as their own. Where help is sent to stays with the phone.' })
const SharedPhoneSettings = z.strictObject(settings).meta({ id: 'SharedPhoneSettings' })

const present = ({ login, ...phone }: SharedPhoneOfPbx): z.input<typeof SharedPhone> => ({ ...phone, login: login && { ...login, since: isoOf(login.since), until: login.until && isoOf(login.until) } })

const listSharedPhones = defineRoute({
  method: 'get', path: '/shared-phones', operationId: 'listSharedPhones', summary: 'Phones that people take turns at, and who sits where', tag, permission: 'extensions.read', response: z.object({ data: z.array(SharedPhone) }),
  handle: async ({ world, actor }) => ({ data: world.pbx.sharedPhones.list(actor).map(present) }),
})

const sharePhone = defineRoute({
  method: 'put', path: '/shared-phones/{id}', operationId: 'sharePhone', summary: 'Have people take turns at a device, or say how', tag, permission: 'extensions.write', params: idParams, body: SharedPhoneSettings, response: one(SharedPhone),
  handle: async ({ world, actor, params, body }) => ({ data: present(await world.pbx.sharedPhones.share(actor, params.id, body)) }),
})

const unsharePhone = defineRoute({
  method: 'delete', path: '/shared-phones/{id}', operationId: 'unsharePhone', summary: 'Give a device back to its own extension', description: 'Whoever sits there is logged out.', tag, permission: 'extensions.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.sharedPhones.unshare(actor, params.id)
    return done
  },
})

const logOutAtPhone = defineRoute({
  method: 'delete', path: '/shared-phones/{id}/login', operationId: 'logOutAtPhone', summary: 'Log out whoever sits at a shared phone', tag, permission: 'extensions.write', params: idParams, response: one(SharedPhone),
  handle: async ({ world, actor, params }) => ({ data: present(await world.pbx.sharedPhones.logOut(actor, params.id)) }),
})

export const sharedPhoneRoutes = [listSharedPhones, sharePhone, unsharePhone, logOutAtPhone]
