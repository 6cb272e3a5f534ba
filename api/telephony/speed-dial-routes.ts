/** Speed dials: of the company, many at once by CSV, and those of the own extension. */
import { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Extension, SpeedDial as Shown, SpeedDialLine, SpeedDialReport } from '../../pbx/index.ts'
import { CSV_BEGINNING, csvOf, readCsv } from '../http/csv.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { given, readVersion } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import { OwnSpeedDial, ownSpeedDials, SpeedDial, SpeedDialCreate, SpeedDialUpdate } from './speed-dial-schemas.ts'

const tag = 'Speed dials'
/** Characters of an import. */
const IMPORT_MAX = 500_000
const MOST_LINES = 2_000
const COLUMNS = ['number', 'name', 'target'] as const

const Import = z
  .strictObject({
    csv: z.string().min(1).max(IMPORT_MAX).meta({ description: 'A line of column names, then a line a speed dial: number, name, target. An empty cell, or a column that is not there, changes nothing of one that is there.' }),
    trial: z.boolean().default(false).meta({ description: 'Only say what would happen.' }),
  })
  .meta({ id: 'SpeedDialImport' })

const Report = z
  .object({
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    errors: z.array(z.object({ line: z.number().int(), field: z.string(), message: z.string() })).meta({ description: 'With any of these nothing was changed.' }),
  })
  .meta({ id: 'SpeedDialImportReport' })

const exportDials = defineFileRoute({
  method: 'get', path: '/speed-dials/export.csv', operationId: 'exportSpeedDials', summary: 'All speed dials of the company as CSV, as the import reads it', tag, permission: 'extensions.read', file: 'text/csv; charset=utf-8',
  handle: async ({ world, actor }) => ({
    bytes: undefined, ranges: false, attachment: true, name: 'speed-dials.csv',
    async *read() {
      yield asCsv(await world.pbx.speedDials.list(actor))
    },
    close: async () => undefined,
  }),
})

const importDials = defineRoute({
  method: 'post', path: '/speed-dials/import', operationId: 'importSpeedDials', summary: 'Make and change many speed dials from CSV, all or none',
  description: 'They are known by their number: one that is there is changed, another is made. What the file does not name stays. Up to 2,000 lines.',
  tag, permission: 'extensions.write', body: Import, bodyMax: IMPORT_MAX + 500_000, response: one(Report),
  async handle({ world, actor, body }) {
    const { lines, errors } = readDials(body.csv)
    // What else is wrong is said in the same answer.
    const report = await world.pbx.speedDials.import(actor, lines, body.trial || errors.length > 0)
    return { data: errors.length === 0 ? report : { created: 0, updated: 0, unchanged: 0, errors: [...errors, ...report.errors].toSorted((a, b) => a.line - b.line) } }
  },
})

const Own = z
  .object({ number: z.string().meta({ description: 'Of the own extension.' }), speedDials: z.array(OwnSpeedDial), company: z.array(OwnSpeedDial).meta({ description: 'Those of the company, for whoever has none of the same number.' }), version: z.number().int() })
  .meta({ id: 'OwnSpeedDials', description: 'Short numbers for the phones of the own extension.' })
const OwnUpdate = z.strictObject({ speedDials: ownSpeedDials, version: readVersion }).meta({ id: 'OwnSpeedDialsUpdate' })

function presentOwn({ number, speedDials, version }: Extension, company: readonly Shown[]): z.input<typeof Own> {
  return { number, speedDials, company: company.map((each) => ({ number: each.number, name: each.name, target: each.target })), version }
}

function ownExtension({ extensionId }: PersonActor): string {
  if (extensionId === undefined) throw new Refusal('conflict', 'No extension is yours yet. An administrator says which it is, under Users in the panel.')
  return extensionId
}

const getOwn = defineRoute({
  method: 'get', path: '/own/speed-dials', operationId: 'getOwnSpeedDials', summary: 'Speed dials of the own extension, and those of the company', tag, permission: 'dials.keep', response: one(Own),
  handle: async ({ world, actor }) => ({ data: presentOwn(await world.pbx.extensions.get(actor, ownExtension(actor)), await world.pbx.speedDials.list(actor)) }),
})

const setOwn = defineRoute({
  method: 'put', path: '/own/speed-dials', operationId: 'setOwnSpeedDials', summary: 'Set the speed dials of the own extension', tag, permission: 'dials.keep', body: OwnUpdate, response: one(Own),
  async handle({ world, actor, body: { speedDials, version } }) {
    const extension = await world.pbx.extensions.update(actor, ownExtension(actor), { speedDials }, version)
    return { data: presentOwn(extension, await world.pbx.speedDials.list(actor)) }
  },
})

export const speedDialRoutes = [
  exportDials,
  importDials,
  ...keptRoutes({
    path: '/speed-dials', one: 'SpeedDial', many: 'SpeedDials', tag, read: 'extensions.read', write: 'extensions.write',
    words: { list: 'Short numbers for everybody in the company', create: 'Make a speed dial', get: 'A speed dial', update: 'Change a speed dial', remove: 'Remove a speed dial' },
    shown: SpeedDial, create: SpeedDialCreate, update: SpeedDialUpdate, kept: ({ speedDials }) => speedDials, present: stamped,
  }),
  getOwn,
  setOwn,
]

const asCsv = (dials: readonly Shown[]): Uint8Array => Buffer.from(CSV_BEGINNING + csvOf([COLUMNS, ...dials.map(({ number, name, target }) => [number, name, target])]))

/**
 * The lines of a CSV, each as what the API takes, and what is wrong with them. An empty cell says nothing.
 *
 * @throws Refusal `unprocessable` for a file that cannot be read as such
 */
function readDials(csv: string): { lines: SpeedDialLine[]; errors: SpeedDialReport['errors'] } {
  const errors: SpeedDialReport['errors'] = []
  const lines = readCsv(csv, COLUMNS, ['number'], MOST_LINES).flatMap(({ line, values }): SpeedDialLine[] => {
    const read = SpeedDialUpdate.safeParse(Object.fromEntries(Object.entries(values).filter(([, text]) => text !== '')))
    if (!read.success) {
      errors.push(...read.error.issues.map((issue) => ({ line, field: issue.path.map(String).join('.'), message: issue.message })))
      return []
    }
    const { number, version: _, ...rest } = read.data
    if (number === undefined) {
      errors.push({ line, field: 'number', message: 'A number is needed.' })
      return []
    }
    return [{ line, input: { number, ...given(rest) } }]
  })
  return { lines, errors }
}
