/** Blocked callers: of the company, many at once by CSV, and those of the own extension. */
import { z } from 'zod'
import { Refusal } from '../../config/errors.ts'
import type { PersonActor } from '../../config/actor.ts'
import type { Extension } from '../../pbx/index.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { line, readVersion } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import { blockedAsCsv, readBlocked } from './blocked-csv.ts'
import { BlockedCaller, BlockedCallerCreate, BlockedCallerUpdate, OwnBlockedCaller, ownBlockedCallers } from './blocked-schemas.ts'

const tag = 'Blocked callers'
/** Characters of an import. */
const IMPORT_MAX = 2_000_000

const BlockedImport = z
  .strictObject({
    csv: z.string().min(1).max(IMPORT_MAX).meta({ description: 'A line of column names, then a line a rule. number is needed; name, action and enabled as in the export. An empty cell, or a column that is not there, changes nothing of a rule that is there.' }),
    name: line(100).default('Imported').meta({ description: 'Why, of new rules whose line says nothing: such as the name of the list.' }),
    trial: z.boolean().default(false).meta({ description: 'Only say what would happen.' }),
  })
  .meta({ id: 'BlockedCallerImport' })

const BlockedImportReport = z
  .object({
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    errors: z.array(z.object({ line: z.number().int(), field: z.string(), message: z.string() })).meta({ description: 'With any of these nothing was changed.' }),
  })
  .meta({ id: 'BlockedCallerImportReport' })

const exportBlocked = defineFileRoute({
  method: 'get', path: '/blocked-callers/export.csv', operationId: 'exportBlockedCallers', summary: 'All blocked callers as CSV, as the import reads it', tag, permission: 'trunks.read', file: 'text/csv; charset=utf-8',
  handle: async ({ world, actor }) => ({
    bytes: undefined, ranges: false, attachment: true, name: 'blocked-callers.csv',
    async *read() {
      yield blockedAsCsv(await world.pbx.blockedCallers.list(actor))
    },
    close: async () => undefined,
  }),
})

const importBlocked = defineRoute({
  method: 'post', path: '/blocked-callers/import', operationId: 'importBlockedCallers', summary: 'Make and change many blocked callers from CSV, all or none',
  description: 'Rules are known by their caller: one that is there is changed, another is made. Lists of unwanted callers that others keep come in so. Up to 20,000 lines.',
  tag, permission: 'trunks.write', body: BlockedImport, bodyMax: IMPORT_MAX + 1_000_000, response: one(BlockedImportReport),
  async handle({ world, actor, body }) {
    const { lines, errors } = readBlocked(body.csv)
    // What else is wrong is said in the same answer.
    const report = await world.pbx.blockedCallers.import(actor, lines, body.name, body.trial || errors.length > 0)
    return { data: errors.length === 0 ? report : { created: 0, updated: 0, unchanged: 0, errors: [...errors, ...report.errors].toSorted((a, b) => a.line - b.line) } }
  },
})

const OwnBlocked = z
  .object({ number: z.string().meta({ description: 'Of the own extension.' }), blockedCallers: z.array(OwnBlockedCaller), version: z.number().int() })
  .meta({ id: 'OwnBlockedCallers', description: 'Callers from outside whom the own extension does not want, and exceptions.' })
const OwnBlockedUpdate = z.strictObject({ blockedCallers: ownBlockedCallers, version: readVersion }).meta({ id: 'OwnBlockedCallersUpdate' })

const presentOwn = ({ number, blockedCallers, version }: Extension): z.input<typeof OwnBlocked> => ({ number, blockedCallers, version })

function ownExtension({ extensionId }: PersonActor): string {
  if (extensionId === undefined) throw new Refusal('conflict', 'No extension is yours yet. An administrator says which it is, under Users in the panel.')
  return extensionId
}

const getOwnBlocked = defineRoute({
  method: 'get', path: '/own/blocked-callers', operationId: 'getOwnBlockedCallers', summary: 'Blocked callers of the own extension', tag, permission: 'callers.block', response: one(OwnBlocked),
  handle: async ({ world, actor }) => ({ data: presentOwn(await world.pbx.extensions.get(actor, ownExtension(actor))) }),
})

const setOwnBlocked = defineRoute({
  method: 'put', path: '/own/blocked-callers', operationId: 'setOwnBlockedCallers', summary: 'Say who from outside is not put through to the own extension', tag, permission: 'callers.block', body: OwnBlockedUpdate, response: one(OwnBlocked),
  handle: async ({ world, actor, body: { blockedCallers, version } }) => ({ data: presentOwn(await world.pbx.extensions.update(actor, ownExtension(actor), { blockedCallers }, version)) }),
})

export const blockedRoutes = [
  exportBlocked,
  importBlocked,
  ...keptRoutes({
    path: '/blocked-callers', one: 'BlockedCaller', many: 'BlockedCallers', tag, read: 'trunks.read', write: 'trunks.write',
    words: { list: 'Callers from outside who are not put through, and exceptions', create: 'Block a caller, or make an exception', get: 'A blocked caller', update: 'Change a blocked caller', remove: 'Block a caller no more' },
    shown: BlockedCaller, create: BlockedCallerCreate, update: BlockedCallerUpdate, kept: ({ blockedCallers }) => blockedCallers, present: stamped,
  }),
  getOwnBlocked,
  setOwnBlocked,
]
