/** Trunks, inbound numbers and outbound routes: what the panel and the API read and change. A password goes in and never comes out. */
import type { Secrets } from '../../config/secrets.ts'
import type { InboundNumberRow, OutboundRouteRow, TrunkRow } from '../../migrations/tables.ts'
import type { InboundNumber, InboundNumberInput, InboundNumbers, Kept, OutboundRoute, OutboundRouteInput, OutboundRoutes, Trunk, TrunkInput } from '../door.ts'
import { checkInboundNumber, checkOutboundRoute, checkTrunk } from './input-lines.ts'
import { createNumberedRepository } from './numbered.ts'
import type { SnapshotTrunk } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const PURPOSE = 'trunk-password'

type Columns<Input, Row> = readonly (readonly [keyof Input & string, keyof Row & string])[]

const TRUNK: Columns<Omit<TrunkInput, 'password'>, TrunkRow> = [
  ['name', 'name'], ['host', 'host'], ['port', 'port'], ['transport', 'transport'], ['username', 'username'], ['register', 'register'], ['networks', 'networks'],
  ['country', 'country'], ['format', 'format'], ['callerId', 'caller_id'], ['identity', 'identity'], ['maxCalls', 'max_calls'], ['emergency', 'emergency'], ['enabled', 'enabled'],
]
const NUMBER: Columns<InboundNumberInput, InboundNumberRow> = [['number', 'number'], ['name', 'name'], ['destination', 'destination'], ['namePrefix', 'name_prefix'], ['enabled', 'enabled']]
const ROUTE: Columns<OutboundRouteInput, OutboundRouteRow> = [
  ['name', 'name'], ['position', 'position'], ['pattern', 'pattern'], ['strip', 'strip'], ['prepend', 'prepend'], ['trunkIds', 'trunk_ids'], ['callerId', 'caller_id'], ['enabled', 'enabled'],
]

/** Only what was given; the rest keeps its value, or gets the table's default. */
function toRow<Input extends object, Row>(columns: Columns<Input, Row>, input: Partial<Input>): Record<string, unknown> {
  return Object.fromEntries(columns.flatMap(([field, column]) => (input[field] === undefined ? [] : [[column, input[field]]])))
}

function fromRow<Input, Row extends object>(columns: Columns<Input, Row>, row: Row): Record<string, unknown> {
  return Object.fromEntries(columns.map(([field, column]) => [field, row[column]]))
}

const around = (row: { id: string; version: number; created_at: Date; updated_at: Date }): { id: string; version: number; createdAt: Date; updatedAt: Date } =>
  ({ id: row.id, version: row.version, createdAt: row.created_at, updatedAt: row.updated_at })

export function createTrunkRepository(world: DirectoryWorld): Kept<Trunk, TrunkInput> {
  return createNumberedRepository<TrunkRow, TrunkInput, Trunk>(world, {
    table: 'trunks',
    subject: 'trunk',
    name: 'trunk',
    order: 'lower(name)',
    check: checkTrunk,
    toRow(actor, input) {
      const { password, ...rest } = input
      return { ...toRow(TRUNK, rest), ...(password !== undefined && { password_sealed: password === null ? null : world.secrets.seal(PURPOSE, actor.tenantId, password) }) }
    },
    show: (_trx, row) => ({ ...fromRow(TRUNK, row), hasPassword: row.password_sealed !== null, ...around(row) }) as unknown as Trunk,
    forAudit: (row) => ({ ...fromRow(TRUNK, row), hasPassword: row.password_sealed !== null }),
  })
}

export function createInboundNumberRepository(world: DirectoryWorld): InboundNumbers {
  return createNumberedRepository<InboundNumberRow, InboundNumberInput, InboundNumber>(world, {
    table: 'inbound_numbers',
    subject: 'inbound-number',
    name: 'inbound number',
    check: checkInboundNumber,
    toRow: (_actor, input) => toRow(NUMBER, input),
    show: (_trx, row) => ({ ...fromRow(NUMBER, row), ...around(row) }) as unknown as InboundNumber,
    forAudit: (row) => fromRow(NUMBER, row),
  })
}

export function createOutboundRouteRepository(world: DirectoryWorld): OutboundRoutes {
  return createNumberedRepository<OutboundRouteRow, OutboundRouteInput, OutboundRoute>(world, {
    table: 'outbound_routes',
    subject: 'outbound-route',
    name: 'outbound route',
    order: 'position, lower(name)',
    check: checkOutboundRoute,
    toRow: (_actor, input) => toRow(ROUTE, input),
    show: (_trx, row) => ({ ...fromRow(ROUTE, row), ...around(row) }) as unknown as OutboundRoute,
    forAudit: (row) => fromRow(ROUTE, row),
  })
}

/** As the call path sees it. @throws Error when the password does not open */
export function openTrunk(secrets: Secrets, row: TrunkRow): SnapshotTrunk {
  const password = row.password_sealed === null ? null : secrets.open(PURPOSE, row.tenant_id, row.password_sealed)
  return { ...(fromRow(TRUNK, row) as unknown as Omit<SnapshotTrunk, 'id' | 'tenantId' | 'password'>), id: row.id, tenantId: row.tenant_id, password }
}
