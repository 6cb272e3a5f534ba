import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { extensionsAsCsv, readExtensions } from './extension-csv.ts'
import { presentCredentials, presentExtension } from './presenter.ts'
import { CreatedExtension, Extension, ExtensionCreate, ExtensionImport, ExtensionImportReport, ExtensionQuery, ExtensionUpdate, IMPORT_MAX } from './schemas.ts'

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

const exportExtensions = defineFileRoute({
  method: 'get',
  path: '/extensions/export.csv',
  operationId: 'exportExtensions',
  summary: 'All extensions as CSV, as the import reads it',
  description: 'Passwords are not in it: only hashes are kept.',
  tag: 'Extensions',
  permission: 'extensions.read',
  file: 'text/csv; charset=utf-8',
  handle: async ({ world, actor }) => ({ bytes: undefined, ranges: false, attachment: true, name: 'extensions.csv', read: () => extensionsAsCsv((page) => world.pbx.extensions.list(actor, { page, limit: 100, sort: 'number', order: 'asc' })), close: async () => undefined }),
})

const importExtensions = defineRoute({
  method: 'post',
  path: '/extensions/import',
  operationId: 'importExtensions',
  summary: 'Make and change many extensions from CSV, all or none',
  description: 'Extensions are known by their number: one that is there is changed, another is made with a first device, whose credentials are in this answer and in no other. Up to 20,000 lines.',
  tag: 'Extensions',
  permission: 'extensions.write',
  body: ExtensionImport,
  bodyMax: IMPORT_MAX + 1_000_000,
  secret: true,
  response: one(ExtensionImportReport),
  async handle({ world, actor, body }) {
    const { lines, errors } = readExtensions(body.csv)
    if (errors.length > 0) return { data: { created: 0, updated: 0, unchanged: 0, errors, credentials: [] } }
    return { data: await world.pbx.extensions.import(actor, lines, body.trial) }
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

export const extensionRoutes = [listExtensions, createExtension, exportExtensions, importExtensions, getExtension, updateExtension, deleteExtension]
