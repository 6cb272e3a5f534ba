/** Networks, access points and switch ports as one CSV: the wire map of a house. */
import { z } from 'zod'
import type { EmergencyLocation, EmergencyNetwork, WireMapLine, WireMapReport as Report } from '../../pbx/index.ts'
import { CSV_BEGINNING, csvOf, readCsv } from '../http/csv.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'

const COLUMNS = ['kind', 'value', 'chassis', 'port', 'place'] as const
const MOST_LINES = 20_000
const CSV_MAX = 5_000_000
const KINDS: Readonly<Record<string, EmergencyNetwork['kind']>> = { bssid: 'bssid', 'switch-port': 'switch-port', switch: 'switch-port', network: 'network', subnet: 'network', 'public-address': 'network' }

const WireMapImport = z
  .strictObject({
    csv: z.string().min(1).max(CSV_MAX).meta({ description: `Columns: kind (bssid, switch-port, network; also subnet and public-address), value (an access point, its last digits may be *; a network or address; or chassis/port), place (by name). A switch port may have its own columns instead: chassis and port, empty or * for any port. Up to ${MOST_LINES.toLocaleString('en')} lines.` }),
    trial: z.boolean().default(false).meta({ description: 'Only say what would happen.' }),
  })
  .meta({ id: 'WireMapImport' })

const count = z.number().int()
const WireMapReport = z
  .object({ created: count, updated: count, unchanged: count, errors: z.array(z.object({ line: count, field: z.string(), message: z.string() })).meta({ description: 'Nothing is changed while there is any.' }) })
  .meta({ id: 'WireMapReport' })

function readWireMap(csv: string): { lines: WireMapLine[]; errors: Report['errors'] } {
  const errors: Report['errors'] = []
  const lines = readCsv(csv, COLUMNS, ['kind', 'place'], MOST_LINES).flatMap(({ line, values: { kind = '', value = '', chassis = '', port = '', place = '' } }): WireMapLine[] => {
    const known = KINDS[kind.toLowerCase()]
    if (known === undefined) {
      errors.push({ line, field: 'kind', message: `One of ${Object.keys(KINDS).join(', ')}.` })
      return []
    }
    if (value !== '' && chassis !== '') errors.push({ line, field: 'chassis', message: 'Either value, or chassis and port.' })
    return [{ line, kind: known, value: chassis === '' ? value : `${chassis}/${port === '' ? '*' : port}`, place }]
  })
  if (lines.length === 0 && errors.length === 0) errors.push({ line: 1, field: 'kind', message: 'The file has no lines.' })
  return { lines, errors }
}

async function* wireMapAsCsv(networks: readonly EmergencyNetwork[], locations: readonly EmergencyLocation[]): AsyncGenerator<Uint8Array> {
  const names = new Map(locations.map(({ id, name }) => [id, name]))
  yield Buffer.from(CSV_BEGINNING + csvOf([['kind', 'value', 'place'], ...networks.map(({ kind, value, locationId }) => [kind, value, names.get(locationId) ?? ''])]))
}

const importWireMap = defineRoute({
  method: 'post', path: '/emergency/networks/import', operationId: 'importWireMap', summary: 'Add and move many networks from CSV, all or none',
  description: 'What is there already is moved to the place that its line names; what the file does not name stays as it is.',
  tag: 'Emergency', permission: 'emergency.write', body: WireMapImport, bodyMax: CSV_MAX + 1_000_000, response: one(WireMapReport),
  async handle({ world, actor, body }) {
    const { lines, errors } = readWireMap(body.csv)
    // Whoever corrects a file wants to see all that is wrong with it.
    const report = await world.pbx.emergency.importNetworks(actor, lines, body.trial || errors.length > 0)
    return { data: errors.length === 0 ? report : { created: 0, updated: 0, unchanged: 0, errors: [...errors, ...report.errors].toSorted((a, b) => a.line - b.line) } }
  },
})

const exportWireMap = defineFileRoute({
  method: 'get', path: '/emergency/networks/export.csv', operationId: 'exportWireMap', summary: 'All networks as CSV, as the import reads it', tag: 'Emergency', permission: 'emergency.read', file: 'text/csv; charset=utf-8',
  async handle({ world, actor }) {
    const [networks, locations] = await Promise.all([world.pbx.emergency.networks.list(actor), world.pbx.emergency.locations.list(actor)])
    return { bytes: undefined, ranges: false, attachment: true, name: 'wire-map.csv', read: () => wireMapAsCsv(networks, locations), close: async () => undefined }
  },
})

export const wireMapRoutes = [importWireMap, exportWireMap]
