import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { presentCredentials, presentExtension } from './presenter.ts'
import { CreatedExtension, Extension, ExtensionCreate, ExtensionQuery, ExtensionUpdate } from './schemas.ts'

const listExtensions = defineRoute({
  method: 'get',
  path: '/extensions',
  operationId: 'listExtensions',
  summary: 'Extensions with their devices',
  tag: 'Extensions',
  permission: 'extensions.read',
  query: ExtensionQuery,
  response: pageOf(Extension),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.pbx.extensions.list(actor, given(query))
    return { data: rows.map(presentExtension), pagination: pagination(total, query) }
  },
})

const createExtension = defineRoute({
  method: 'post',
  path: '/extensions',
  operationId: 'createExtension',
  summary: 'Add an extension with its first device',
  description: 'The credentials of the device are in this answer and in no other.',
  tag: 'Extensions',
  permission: 'extensions.write',
  body: ExtensionCreate,
  status: 201,
  secret: true,
  response: one(CreatedExtension),
  async handle({ world, actor, body }) {
    const { extension, credentials } = await world.pbx.extensions.create(actor, given(body))
    return { data: { extension: presentExtension(extension), credentials: presentCredentials(credentials) } }
  },
})

const getExtension = defineRoute({
  method: 'get',
  path: '/extensions/{id}',
  operationId: 'getExtension',
  summary: 'An extension with its devices',
  tag: 'Extensions',
  permission: 'extensions.read',
  params: idParams,
  response: one(Extension),
  handle: async ({ world, actor, params }) => ({ data: presentExtension(await world.pbx.extensions.get(actor, params.id)) }),
})

const updateExtension = defineRoute({
  method: 'patch',
  path: '/extensions/{id}',
  operationId: 'updateExtension',
  summary: 'Change an extension',
  tag: 'Extensions',
  permission: 'extensions.write',
  params: idParams,
  body: ExtensionUpdate,
  versioned: true,
  response: one(Extension),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentExtension(await world.pbx.extensions.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteExtension = defineRoute({
  method: 'delete',
  path: '/extensions/{id}',
  operationId: 'deleteExtension',
  summary: 'Remove an extension, its devices and their registrations',
  description: 'Calls going on are let go on.',
  tag: 'Extensions',
  permission: 'extensions.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.extensions.remove(actor, params.id)
    return done
  },
})

export const extensionRoutes = [listExtensions, createExtension, getExtension, updateExtension, deleteExtension]
