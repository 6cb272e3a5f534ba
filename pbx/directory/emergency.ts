/** Sites, places and networks for calls for help: what the panel and the API read and change, and what is known of each device. */
import { isIP } from 'node:net'
import { isUniqueViolation } from '../../config/database/failure.ts'
import type { Transaction } from '../../config/database/index.ts'
import { toJsonb } from '../../config/database/json.ts'
import { Refusal, refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { EmergencyDeviceRow, EmergencyLocationRow, EmergencyNetworkRow, EmergencySettingsRow, EmergencySiteRow, EmergencyTrunkRow } from '../../migrations/tables.ts'
import type { EmergencyLocation, EmergencyLocationInput, EmergencyNetwork, EmergencyNetworkInput, EmergencySettings, EmergencySite, EmergencySiteInput } from '../door.ts'
import { createColumnRepository, fromRow, saveSettings, type Columns } from './columns.ts'
import { importNetworks } from './import-networks.ts'
import { checkNumberAndName, checkTarget } from './input.ts'
import { NOWHERE } from './snapshot.ts'
import type { Directory, SnapshotEmergency } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const SITE: Columns<EmergencySiteInput, EmergencySiteRow> = [
  ['name', 'name'], ['country', 'country'], ['state', 'state'], ['city', 'city'], ['postalCode', 'postal_code'], ['street', 'street'], ['houseNumber', 'house_number'], ['callbackNumber', 'callback_number'],
  ['callbackPool', 'callback_pool'],
]
const LOCATION: Columns<EmergencyLocationInput, EmergencyLocationRow> = [['siteId', 'site_id'], ['name', 'name'], ['floor', 'floor'], ['room', 'room'], ['details', 'details'], ['callbackNumber', 'callback_number']]
const NETWORK: Columns<EmergencyNetworkInput, EmergencyNetworkRow> = [['kind', 'kind'], ['value', 'value'], ['locationId', 'location_id']]
const SETTINGS: Columns<EmergencySettings, EmergencySettingsRow> = [
  ['locationId', 'location_id'], ['mailTo', 'mail_to'], ['extensions', 'extensions'], ['escalateMinutes', 'escalate_minutes'], ['escalateTo', 'escalate_to'], ['callbackHours', 'callback_hours'], ['held', 'held'],
  ['testDays', 'test_days'], ['testHour', 'test_hour'], ['testNumber', 'test_number'],
]

export function createEmergencyRepositories(world: DirectoryWorld): Directory['emergency'] {
  // It has neither number nor name.
  const networks = createColumnRepository<EmergencyNetworkRow, EmergencyNetworkInput & { name?: never }, EmergencyNetwork>(world, {
    table: 'emergency_networks', subject: 'emergency-network', name: 'network of a place', order: 'kind, value', check: checkNetwork, columns: NETWORK,
  })
  const once = async <T>(writing: Promise<T>): Promise<T> => {
    try {
      return await writing
    } catch (error) {
      if (!isUniqueViolation(error, 'emergency_networks_tenant_id_kind_value_key')) throw error
      const message = 'This tells of a place already.'
      throw new Refusal('conflict', message, { details: [{ field: 'value', message }] })
    }
  }
  return {
    sites: createColumnRepository<EmergencySiteRow, EmergencySiteInput, EmergencySite>(world, {
      table: 'emergency_sites', subject: 'emergency-site', name: 'site', order: 'lower(name)', check: checkSite, columns: SITE, add: () => ({ problems: [], helpNumbers: [] }),
    }),
    locations: createColumnRepository<EmergencyLocationRow, EmergencyLocationInput, EmergencyLocation>(world, {
      table: 'emergency_locations', subject: 'emergency-location', name: 'place', order: 'lower(name)', check: checkLocation, columns: LOCATION,
    }),
    importNetworks: (actor, lines, trial) => importNetworks(world, checkNetwork, actor, lines, trial),
    networks: { ...networks, create: (actor, input) => once(networks.create(actor, input)), update: (actor, id, input, version) => once(networks.update(actor, id, input, version)) },
    configure: (actor, input) => saveSettings(world, actor, 'emergency', SETTINGS, input),
    async setTrunk(actor, trunkId, locationId) {
      await world.database.change(actor, async (trx) => {
        if (!(await trx('trunks').where({ id: trunkId }).first())) throw new Refusal('not-found', 'There is no such trunk.')
        const before = (await trx('emergency_trunks').where({ trunk_id: trunkId }).first()) as EmergencyTrunkRow | undefined
        await trx('emergency_trunks').insert({ trunk_id: trunkId, tenant_id: actor.tenantId, location_id: locationId }).onConflict('trunk_id').merge(['location_id'])
        return { result: undefined, audit: { action: 'trunk.locate', subjectType: 'trunk', subjectId: trunkId, before: { locationId: before?.location_id ?? null }, after: { locationId } } }
      })
      await world.refresh(actor.tenantId)
    },
    async setDevice(actor, deviceId, { locationId, confirmedLocationId, reported }, from) {
      await world.database.change(actor, async (trx) => {
        if (!(await trx('devices').where({ id: deviceId }).first())) throw new Refusal('not-found', 'There is no such device.')
        const before = (await trx<EmergencyDeviceRow>('emergency_devices').where({ device_id: deviceId }).first()) as EmergencyDeviceRow | undefined
        const row = {
          ...(locationId !== undefined && { location_id: locationId }),
          ...(confirmedLocationId !== undefined && { confirmed_location_id: confirmedLocationId, confirmed_at: confirmedLocationId === null ? null : new Date(), confirmed_from: from }),
          ...(reported !== undefined && { reported: toJsonb(reported), reported_at: new Date(), reported_from: from }),
        }
        await trx('emergency_devices').insert({ device_id: deviceId, tenant_id: actor.tenantId, ...row }).onConflict('device_id').merge(row)
        const seen = (one: Partial<EmergencyDeviceRow> | undefined): object => ({ locationId: one?.location_id ?? null, confirmedLocationId: one?.confirmed_location_id ?? null, reported: one?.reported ?? null })
        const after = (await trx<EmergencyDeviceRow>('emergency_devices').where({ device_id: deviceId }).first()) as EmergencyDeviceRow
        return { result: undefined, audit: { action: 'device.locate', subjectType: 'device', subjectId: deviceId, before: seen(before), after: seen(after) } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

/** What the call path needs of one tenant. */
export async function loadEmergency(trx: Transaction, tenantId: string): Promise<SnapshotEmergency> {
  const of = <Row extends object>(table: string): Promise<Row[]> => trx(table).where({ tenant_id: tenantId }) as unknown as Promise<Row[]>
  const [settings] = await of<EmergencySettingsRow>('emergency_settings')
  const devices = await of<EmergencyDeviceRow>('emergency_devices')
  return {
    sites: (await of<EmergencySiteRow>('emergency_sites')).map((row) => ({ id: row.id, ...fromRow(SITE, row) }) as unknown as SnapshotEmergency['sites'][number]),
    locations: (await of<EmergencyLocationRow>('emergency_locations')).map((row) => ({ id: row.id, ...fromRow(LOCATION, row) }) as unknown as SnapshotEmergency['locations'][number]),
    networks: (await of<EmergencyNetworkRow>('emergency_networks')).map((row) => fromRow(NETWORK, row) as unknown as SnapshotEmergency['networks'][number]),
    devices: new Map(devices.map((row) => [row.device_id, {
      locationId: row.location_id, confirmedLocationId: row.confirmed_location_id, confirmedAt: row.confirmed_at?.getTime() ?? null, confirmedFrom: row.confirmed_from,
      reported: row.reported, reportedAt: row.reported_at?.getTime() ?? null, reportedFrom: row.reported_from,
    }])),
    trunks: new Map((await of<EmergencyTrunkRow>('emergency_trunks')).flatMap(({ trunk_id, location_id }) => (location_id === null ? [] : [[trunk_id, location_id] as const]))),
    settings: settings ? (fromRow(SETTINGS, settings) as unknown as EmergencySettings) : NOWHERE.settings,
  }
}

const LONGEST = 100

function texts<T extends object>(input: T, fields: readonly (keyof T & string)[], details: RefusalDetail[]): T {
  const checked = { ...input }
  for (const field of fields) {
    const given = checked[field]
    if (typeof given !== 'string') continue
    const text = given.trim()
    checked[field] = text as T[typeof field]
    if (text.length > LONGEST || /[\p{Cc}\p{Cs}]/u.test(text)) details.push({ field, message: `At most ${LONGEST} letters, digits and signs on one line.` })
  }
  return checked
}

function checkSite<T extends Partial<EmergencySiteInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked: Partial<EmergencySiteInput> = texts<Partial<EmergencySiteInput>>(input, ['state', 'city', 'postalCode', 'street', 'houseNumber'], details)
  checkNumberAndName(checked, details)
  if (typeof checked.callbackNumber === 'string') checked.callbackNumber = checkTarget(checked.callbackNumber, 'callbackNumber', details)
  if (checked.country === 'US' && checked.state !== undefined) checked.state = checked.state.toUpperCase()
  refuseWrong(details)
  return checked as T
}

function checkLocation<T extends Partial<EmergencyLocationInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked: Partial<EmergencyLocationInput> = texts<Partial<EmergencyLocationInput>>(input, ['floor', 'room', 'details'], details)
  checkNumberAndName(checked, details)
  if (typeof checked.callbackNumber === 'string') checked.callbackNumber = checkTarget(checked.callbackNumber, 'callbackNumber', details)
  refuseWrong(details)
  return checked as T
}

/** `value` is written as it is compared later: small letters, colons in a BSSID, a network with its first address. */
function checkNetwork<T extends Partial<EmergencyNetworkInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked: Partial<EmergencyNetworkInput> = { ...input }
  if (checked.value !== undefined) {
    const value = checked.value.trim().toLowerCase()
    checked.value = checked.kind === 'bssid' ? bssidOf(value) : value
    const [base = '', bits] = value.split('/')
    if (checked.kind === 'bssid' && !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$|^(?:[0-9a-f]{2}:){0,5}[0-9a-f]?\*$/.test(checked.value)) details.push({ field: 'value', message: 'An access point is written 00:11:22:33:44:55; a * at the end stands for the rest.' })
    else if (checked.kind === 'switch-port' && !/^[^\s/]{1,60}\/(?:\*|[^\s]{1,60})$/.test(value)) details.push({ field: 'value', message: 'A switch and its port are written chassis/port; a * is any port.' })
    else if (checked.kind === 'network' && (isIP(base) === 0 || (bits !== undefined && !(/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (isIP(base) === 6 ? 128 : 32))))) details.push({ field: 'value', message: 'A network is written 192.0.2.0/24, an address alone without the /24.' })
  }
  refuseWrong(details)
  return checked as T
}

/** As phones and programs write it, with colons, dashes, dots or nothing. */
export function bssidOf(text: string): string {
  const star = text.endsWith('*')
  const digits = text.toLowerCase().replace(/[^0-9a-f]/g, '')
  const pairs = digits.match(/.{1,2}/g)?.join(':') ?? ''
  return star ? `${pairs}${digits.length % 2 === 0 && digits.length > 0 && digits.length < 12 ? ':' : ''}*` : pairs
}
