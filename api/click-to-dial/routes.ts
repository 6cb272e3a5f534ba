/** Click-to-dial by extension, under the paths of the framework: /api/framework/click-to-dial. */
import { presentCall } from '../calls/presenter.ts'
import { Call, ClickBody } from '../calls/schemas.ts'
import { defineRoute } from '../http/define-route.ts'
import { one, pageOf, pagination, slice } from '../http/envelope.ts'
import { given, isoOrNull } from '../http/fields.ts'
import type { ClickConfig as Config } from '../../pbx/index.ts'
import type { DialPagesSettings } from '../http/world.ts'
import { Click, ClickConfig, ClickConfigUpdate, ClickQuery, DialPages, DialPagesUpdate, extensionParams } from './schemas.ts'

const tag = 'Click to dial'
const presentConfig = ({ number, updatedAt, ...rest }: Config) => ({ ...rest, extension: number, updatedAt: isoOrNull(updatedAt) })

const listConfigs = defineRoute({
  method: 'get', path: '/framework/click-to-dial/configs', operationId: 'listClickToDialConfigs', summary: 'How click-to-dial goes, by extension',
  tag, permission: 'extensions.read', query: ClickQuery, response: pageOf(ClickConfig),
  handle: ({ world, actor, query }) => Promise.resolve(slice(world.pbx.clickToDial.list(actor).map(presentConfig), query)),
})

const getConfig = defineRoute({
  method: 'get', path: '/framework/click-to-dial/config/{extension}', operationId: 'getClickToDialConfig', summary: 'How click-to-dial goes for an extension',
  tag, permission: 'extensions.read', params: extensionParams, response: one(ClickConfig),
  handle: ({ world, actor, params }) => Promise.resolve({ data: presentConfig(world.pbx.clickToDial.get(actor, params.extension)) }),
})

const setConfig = defineRoute({
  method: 'post', path: '/framework/click-to-dial/config/{extension}', operationId: 'setClickToDialConfig', summary: 'Change how click-to-dial goes for an extension', description: 'Only what is given changes.',
  tag, permission: 'extensions.write', params: extensionParams, body: ClickConfigUpdate, versioned: true, response: one(ClickConfig),
  handle: async ({ world, actor, params, body: { version, ...input }, ifMatch }) => ({ data: presentConfig(await world.pbx.clickToDial.configure(actor, params.extension, given(input), ifMatch ?? version)) }),
})

const listHistory = defineRoute({
  method: 'get', path: '/framework/click-to-dial/history/{extension}', operationId: 'listClickToDialHistory', summary: 'Clicks of an extension and what became of them, newest first',
  tag, permission: 'calls.read', params: extensionParams, query: ClickQuery, response: pageOf(Click),
  async handle({ world, actor, params, query }) {
    const { rows, total } = await world.pbx.clickToDial.history(actor, params.extension, query)
    return { data: rows.map(({ own, then }) => ({ own: presentCall(own), then: then && presentCall(then) })), pagination: pagination(total, query) }
  },
})

const dialFrom = defineRoute({
  method: 'post', path: '/framework/click-to-dial/call/{extension}', operationId: 'dialFromExtension', summary: 'Call a number: the phone of the extension rings first',
  description: 'Refused before anything rings, as POST /calls is; a second click within seconds is the first again.',
  tag, permission: 'calls.dial', params: extensionParams, body: ClickBody, status: 202, response: one(Call),
  async handle({ world, actor, params, body }) {
    const { extensionId } = world.pbx.clickToDial.get(actor, params.extension)
    return { data: presentCall(await world.pbx.calls.dial(actor, given({ ...body, extensionId }))) }
  },
})

const presentPages = ({ updatedAt, ...rest }: DialPagesSettings) => ({ ...rest, updatedAt: isoOrNull(updatedAt) })

const getPages = defineRoute({
  method: 'get', path: '/click-to-dial/pages', operationId: 'getDialPages', summary: 'Web pages that may call with tokens of people', tag, permission: 'tokens.read', response: one(DialPages),
  handle: async ({ world, actor }) => ({ data: presentPages(await world.dialPages.settings(actor)) }),
})

const setPages = defineRoute({
  method: 'patch', path: '/click-to-dial/pages', operationId: 'updateDialPages', summary: 'Name the web pages that may call with tokens of people', description: 'What other scripts of such a page do with a token is in the hands of whoever makes the page.',
  tag, permission: 'tokens.write', body: DialPagesUpdate, versioned: true, response: one(DialPages),
  handle: async ({ world, actor, body: { version, ...input }, ifMatch }) => ({ data: presentPages(await world.dialPages.configure(actor, given(input), ifMatch ?? version)) }),
})

export const clickToDialRoutes = [getPages, setPages, listConfigs, getConfig, setConfig, listHistory, dialFrom]
