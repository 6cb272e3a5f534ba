/** Trunks, inbound numbers and outbound routes: what the panel and the API read and change. A password goes in and never comes out. */
import type { Secrets } from '../../config/secrets.ts'
import type { BlockedCallerRow, InboundNumberRow, OutboundRouteRow, TrunkRow } from '../../migrations/tables.ts'
import type { BlockedCaller, BlockedCallerInput, BlockedCallers, InboundNumber, InboundNumberInput, InboundNumbers, Kept, OutboundRoute, OutboundRouteInput, OutboundRoutes, Trunk, TrunkInput } from '../door.ts'
import { around, createColumnRepository, fromRow, seen, toRow, type Columns } from './columns.ts'
import { importBlockedCallers } from './import-blocked.ts'
import { checkBlockedCaller } from './input-blocked.ts'
import { checkInboundNumber, checkOutboundRoute, checkTrunk } from './input-lines.ts'
import { createNumberedRepository } from './numbered.ts'
import type { SnapshotTrunk } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const PURPOSE = 'trunk-password'
const KEY_PURPOSE = 'trunk-key'

const TRUNK: Columns<Omit<TrunkInput, 'password' | 'clientKey'>, TrunkRow> = [
  ['name', 'name'], ['host', 'host'], ['port', 'port'], ['transport', 'transport'], ['username', 'username'], ['register', 'register'], ['registersHere', 'registers_here'], ['registerSeconds', 'register_seconds'], ['clientCertificate', 'client_certificate'], ['peerAuthority', 'peer_authority'], ['peerName', 'peer_name'], ['networks', 'networks'],
  ['country', 'country'], ['format', 'format'], ['callerId', 'caller_id'], ['identity', 'identity'], ['maxCalls', 'max_calls'], ['maxCallsPerSecond', 'max_calls_per_second'], ['emergency', 'emergency'], ['sendLocation', 'send_location'], ['locationBy', 'location_by'], ['headerRules', 'header_rules'], ['codecs', 'codecs'], ['dtmf', 'dtmf'], ['packetMs', 'packet_ms'], ['readDiversion', 'read_diversion'], ['signCalls', 'sign_calls'], ['verifyCalls', 'verify_calls'], ['enabled', 'enabled'],
]
const TRUNK_JSON: ReadonlySet<string> = new Set(['headerRules'])
const NUMBER: Columns<InboundNumberInput, InboundNumberRow> = [['number', 'number'], ['name', 'name'], ['destination', 'destination'], ['byCaller', 'by_caller'], ['namePrefix', 'name_prefix'], ['maxCalls', 'max_calls'], ['enabled', 'enabled']]
const ROUTE: Columns<OutboundRouteInput, OutboundRouteRow> = [
  ['name', 'name'], ['position', 'position'], ['pattern', 'pattern'], ['strip', 'strip'], ['prepend', 'prepend'], ['trunkIds', 'trunk_ids'], ['callerId', 'caller_id'], ['callers', 'callers'], ['scheduleId', 'schedule_id'], ['cheapestFirst', 'cheapest_first'], ['pinSetId', 'pin_set_id'], ['enabled', 'enabled'],
]

const BLOCKED: Columns<BlockedCallerInput, BlockedCallerRow> = [['number', 'number'], ['name', 'name'], ['action', 'action'], ['enabled', 'enabled']]

export function createTrunkRepository(world: DirectoryWorld): Kept<Trunk, TrunkInput> {
  return createNumberedRepository<TrunkRow, TrunkInput, Trunk>(world, {
    table: 'trunks',
    subject: 'trunk',
    name: 'trunk',
    order: 'lower(name)',
    check: checkTrunk,
    toRow(actor, input) {
      const { password, clientKey, ...rest } = input
      return { ...toRow(TRUNK, rest, TRUNK_JSON), ...(rest.clientCertificate !== undefined && { client_key_sealed: rest.clientCertificate === null || clientKey == null ? null : world.secrets.seal(KEY_PURPOSE, actor.tenantId, clientKey) }), ...(password !== undefined && { password_sealed: password === null ? null : world.secrets.seal(PURPOSE, actor.tenantId, password) }) }
    },
    show: (_trx, row) => ({ ...fromRow(TRUNK, row), hasPassword: row.password_sealed !== null, ...around(row) }) as unknown as Trunk,
    forAudit: (row) => ({ ...fromRow(TRUNK, row), hasPassword: row.password_sealed !== null }),
  })
}

export function createInboundNumberRepository(world: DirectoryWorld): InboundNumbers {
  return createColumnRepository<InboundNumberRow, InboundNumberInput, InboundNumber>(world, { table: 'inbound_numbers', subject: 'inbound-number', name: 'inbound number', check: checkInboundNumber, columns: NUMBER, jsonb: new Set(['byCaller']) })
}

export function createOutboundRouteRepository(world: DirectoryWorld): OutboundRoutes {
  return createColumnRepository<OutboundRouteRow, OutboundRouteInput, OutboundRoute>(world, {
    table: 'outbound_routes', subject: 'outbound-route', name: 'outbound route', order: 'position, lower(name)', check: checkOutboundRoute, columns: ROUTE,
  })
}

export function createBlockedCallerRepository(world: DirectoryWorld): BlockedCallers {
  const kept = createColumnRepository<BlockedCallerRow, BlockedCallerInput, BlockedCaller>(world, { table: 'blocked_callers', subject: 'blocked-caller', name: 'blocked caller', order: 'number', check: checkBlockedCaller, columns: BLOCKED })
  return { ...kept, import: (actor, lines, called, trial) => importBlockedCallers(world, actor, lines, called, trial) }
}

/** As the call path sees it. @throws Error when the password does not open */
export function openTrunk(secrets: Secrets, row: TrunkRow): SnapshotTrunk {
  const password = row.password_sealed === null ? null : secrets.open(PURPOSE, row.tenant_id, row.password_sealed)
  const clientKey = row.client_key_sealed === null ? null : secrets.open(KEY_PURPOSE, row.tenant_id, row.client_key_sealed)
  return { ...seen<SnapshotTrunk, TrunkRow>(TRUNK, row), password, clientKey }
}
