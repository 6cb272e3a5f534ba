import type { Actor } from '../config/actor.ts'
import { isForeignKeyViolation, type Database } from '../config/database/index.ts'
import { Refusal, refuseWrong, wrongField, type RefusalDetail } from '../config/errors.ts'
import type { EmergencyCallRow } from '../migrations/tables.ts'
import { bssidOf } from './directory/emergency.ts'
import { plainNumber } from './directory/input-lines.ts'
import type { Directory, SnapshotDevice, SnapshotTrunk } from './directory/types.ts'
import type { EmergencyCall, EmergencyDoor, EmergencySettings, EmergencySite, EmergencySiteInput, Held, Kept, Located, LocatedDevice, LocatedTrunk } from './door.ts'
import { checkPool } from './emergency-pools.ts'
import { numbersIn } from './emergency/countries.ts'
import { createHeldDoor } from './held-door.ts'
import { createTestedPlaces } from './tested-places.ts'
import type { PlaceTests } from './help/place-tests.ts'
import type { HelpRecords } from './help/records.ts'
import { mayBeHelp } from './routing/help.ts'
import type { Events } from './events/events.ts'
import { notShown } from './lines.ts'
import { checkAddresses } from './mail/settings.ts'
import { refuseCountry } from './numbered.ts'
import type { Registrar } from './registrar/types.ts'
import { locate, locatePeer, problemsOf } from './routing/locate.ts'
import { hostPart } from './sip/uri.ts'

/** All that the API may ask of calls for help. */
export function createHelpDoors(options: Parameters<typeof createEmergencyDoor>[0] & Parameters<typeof createHeldDoor>[0]): { emergency: EmergencyDoor; held: Held } {
  return { emergency: createEmergencyDoor(options), held: createHeldDoor(options) }
}

/** Places, who is told, and what became of calls for help. */
function createEmergencyDoor(options: { database: Database; directory: Directory; registrar: Pick<Registrar, 'contactsOf'>; records: Pick<HelpRecords, 'flush' | 'holderOf'>; events: Events; tests: PlaceTests }): EmergencyDoor {
  const { database, directory, registrar, records, events, tests } = options
  const { sites, locations, networks } = directory.emergency
  const checkOwn = (actor: Actor, number: string | null | undefined): void => {
    const wrong = typeof number === 'string' ? notShown(directory, actor.tenantId, plainNumber(number)) : undefined
    if (wrong !== undefined) throw wrongField('callbackNumber', wrong)
  }
  const checkLocation = (actor: Actor, id: string | null | undefined, field = 'locationId'): void => {
    if (typeof id === 'string' && !directory.snapshot().emergencyOf(actor.tenantId).locations.some((one) => one.id === id)) throw wrongField(field, 'There is no such place.')
  }
  /** What is in use cannot go. */
  const guarded = <Shown, Input>(kept: Kept<Shown, Input>, check: (actor: Actor, input: Partial<Input>, id?: string) => Partial<Input> | void, used: string, show: (shown: Shown) => Shown = (shown) => shown): Kept<Shown, Input> => ({
    list: async (actor) => (await kept.list(actor)).map(show),
    get: async (actor, id) => show(await kept.get(actor, id)),
    async create(actor, input) {
      const checked = check(actor, input as Partial<Input>)
      return show(await kept.create(actor, { ...input, ...checked }))
    },
    async update(actor, id, input, version) {
      const checked = check(actor, input, id)
      return show(await kept.update(actor, id, { ...input, ...checked }, version))
    },
    async remove(actor, id) {
      try {
        await kept.remove(actor, id)
      } catch (error) {
        if (isForeignKeyViolation(error)) throw new Refusal('conflict', used)
        throw error
      }
    },
  })
  const checkSite = (actor: Actor, { callbackNumber, callbackPool, country }: Partial<EmergencySiteInput>, id?: string): Partial<EmergencySiteInput> => {
    checkOwn(actor, callbackNumber)
    if (country !== undefined && country !== directory.snapshot().emergencyOf(actor.tenantId).sites.find((site) => site.id === id)?.country) refuseCountry(directory, actor.tenantId, country)
    if (callbackPool === undefined) return {}
    const details: RefusalDetail[] = []
    const checked = checkPool(directory, actor.tenantId, id, callbackPool, details)
    if (typeof callbackNumber === 'string' && checked.includes(plainNumber(callbackNumber))) details.push({ field: 'callbackPool', message: `${plainNumber(callbackNumber)} is shown by all callers of this site. Choose a number for the pool only.` })
    refuseWrong(details)
    return { callbackPool: checked }
  }
  const deviceOf = (actor: Actor, id: string): SnapshotDevice => {
    const device = directory.snapshot().device(id)
    if (device?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There is no such device.')
    return device
  }
  /** Where it registered from. */
  const addressOf = (device: SnapshotDevice): string | null => {
    const contact = registrar.contactsOf(device.extensionId).find(({ deviceId }) => deviceId === device.id)
    return contact ? hostPart(contact.received) : null
  }
  const shown = (device: SnapshotDevice): LocatedDevice => {
    const snapshot = directory.snapshot()
    const emergency = snapshot.emergencyOf(device.tenantId)
    const extension = snapshot.extension(device.extensionId)
    const known = emergency.devices.get(device.id)
    const address = addressOf(device)
    return {
      deviceId: device.id, name: device.name, extension: { id: device.extensionId, number: extension?.number ?? '', name: extension?.name ?? '' }, address,
      locationId: known?.locationId ?? null,
      confirmed: known?.confirmedLocationId && known.confirmedAt !== null ? { locationId: known.confirmedLocationId, at: new Date(known.confirmedAt) } : null,
      reported: known?.reported && known.reportedAt !== null ? { ...known.reported, at: new Date(known.reportedAt) } : null,
      located: locate(emergency, { deviceId: device.id, ...(address !== null && { address }) }) ?? null,
    }
  }
  const after = async (actor: Actor, id: string, change: Parameters<Directory['emergency']['setDevice']>[2]): Promise<LocatedDevice> => {
    await directory.emergency.setDevice(actor, id, change, addressOf(deviceOf(actor, id)))
    return shown(deviceOf(actor, id))
  }

  const shownTrunk = ({ id, tenantId, name }: SnapshotTrunk): LocatedTrunk => {
    const emergency = directory.snapshot().emergencyOf(tenantId)
    return { trunkId: id, name, locationId: emergency.trunks.get(id) ?? null, located: locatePeer(emergency, { id, name }, undefined) ?? null }
  }
  const trunkOf = (actor: Actor, id: string): SnapshotTrunk => {
    const trunk = directory.snapshot().trunk(id)
    if (trunk?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There is no such trunk.')
    if (!trunk.registersHere) throw new Refusal('unprocessable', 'Only the PBX of a trunk that registers here has a place.')
    return trunk
  }

  return {
    sites: guarded(sites, checkSite, 'There are places in this site. Remove them first.', (site: EmergencySite) => ({ ...site, problems: problemsOf(site), helpNumbers: [...numbersIn(site.country)] })),
    locations: guarded(locations, (actor, input) => {
      checkOwn(actor, input.callbackNumber)
      if (input.siteId !== undefined && !directory.snapshot().emergencyOf(actor.tenantId).sites.some((one) => one.id === input.siteId)) throw wrongField('siteId', 'There is no such site.')
    }, 'Phones, trunks, networks or the default lead to this place. Change them first.'),
    networks: guarded(networks, (actor, input) => checkLocation(actor, input.locationId), 'It is in use.'),
    async pools(actor) {
      return directory.snapshot().emergencyOf(actor.tenantId).sites.flatMap(({ id, name, callbackPool }) => callbackPool.map((number) => ({ number, site: { id, name }, holder: records.holderOf(actor.tenantId, number) })))
    },
    importNetworks: (actor, lines, trial) => directory.emergency.importNetworks(actor, lines, trial),
    settings: (actor) => Promise.resolve(directory.snapshot().emergencyOf(actor.tenantId).settings),
    async configure(actor, input) {
      checkSettings(directory, actor, input)
      checkLocation(actor, input.locationId)
      await directory.emergency.configure(actor, input)
      return directory.snapshot().emergencyOf(actor.tenantId).settings
    },
    async devices(actor) {
      const snapshot = directory.snapshot()
      return snapshot.extensionsOf(actor.tenantId).toSorted((a, b) => a.number.length - b.number.length || a.number.localeCompare(b.number)).flatMap(({ id }) => snapshot.devicesOf(id)).map(shown)
    },
    async ofExtension(actor, number) {
      const extension = directory.snapshot().extensionByNumber(actor.tenantId, number)
      if (!extension) throw new Refusal('not-found', `There is no extension ${number}.`)
      return directory.snapshot().devicesOf(extension.id).map(shown)
    },
    trunks: async (actor) => directory.snapshot().trunksOf(actor.tenantId).filter(({ registersHere }) => registersHere).map(shownTrunk),
    async placeTrunk(actor, id, locationId) {
      trunkOf(actor, id)
      checkLocation(actor, locationId)
      await directory.emergency.setTrunk(actor, id, locationId)
      return shownTrunk(trunkOf(actor, id))
    },
    device: async (actor, id) => shown(deviceOf(actor, id)),
    place(actor, id, locationId) {
      checkLocation(actor, locationId)
      return after(actor, id, { locationId })
    },
    confirm(actor, id, locationId) {
      checkLocation(actor, locationId)
      return after(actor, id, { confirmedLocationId: locationId })
    },
    report: (actor, id, { bssid, ...report }) => after(actor, id, { reported: { ...report, ...(bssid !== undefined && { bssid: bssidOf(bssid) }) } }),
    ...createTestedPlaces({ database, directory, tests }),
    async calls(actor, { page, limit }) {
      await records.flush()
      return database.read(actor, async (trx) => {
        const [{ count } = { count: '0' }] = await trx('emergency_calls').count<{ count: string }[]>('* as count')
        const rows = (await trx('emergency_calls').orderBy([{ column: 'started_at', order: 'desc' }, 'id']).limit(limit).offset((page - 1) * limit)) as EmergencyCallRow[]
        return { rows: rows.map(showCall), total: Number(count) }
      })
    },
    async call(actor, id) {
      await records.flush()
      return showCall(await database.read(actor, (trx) => findCall(trx('emergency_calls').where({ id }).first())))
    },
    async acknowledge(actor, id, note) {
      await records.flush()
      const row = await database.change(actor, async (trx) => {
        const before = await findCall(trx('emergency_calls').where({ id }).forUpdate().first())
        if (before.acknowledged_at !== null) throw new Refusal('conflict', `${before.acknowledged_by} has acknowledged this call already.`)
        const [row] = (await trx('emergency_calls').where({ id }).update({ acknowledged_at: new Date(), acknowledged_by: actor.name, note: note.trim() === '' ? null : note.trim() }).returning('*')) as [EmergencyCallRow]
        return { result: row, audit: { action: 'emergency-call.acknowledge', subjectType: 'emergency-call', subjectId: id, after: { note } } }
      })
      events.emit('emergency.changed', actor.tenantId, { callId: id })
      return showCall(row)
    },
  }
}

async function findCall(asking: Promise<unknown> | PromiseLike<unknown>): Promise<EmergencyCallRow> {
  const row = (await asking) as EmergencyCallRow | undefined
  if (!row) throw new Refusal('not-found', 'There was no such call for help.')
  return row
}

function checkSettings(directory: Directory, actor: Actor, { mailTo, escalateTo, extensions, escalateMinutes, callbackHours, testNumber }: Partial<EmergencySettings>): void {
  const details: RefusalDetail[] = []
  checkAddresses(mailTo, 'mailTo', details)
  checkAddresses(escalateTo, 'escalateTo', details)
  const unknown = extensions?.find((number) => !directory.snapshot().extensionByNumber(actor.tenantId, number))
  if (unknown !== undefined) details.push({ field: 'extensions', message: `There is no extension ${unknown}.` })
  if (escalateMinutes !== undefined && !(Number.isInteger(escalateMinutes) && escalateMinutes >= 1 && escalateMinutes <= 120)) details.push({ field: 'escalateMinutes', message: 'From 1 to 120 minutes.' })
  if (callbackHours !== undefined && !(Number.isInteger(callbackHours) && callbackHours >= 1 && callbackHours <= 72)) details.push({ field: 'callbackHours', message: 'From 1 to 72 hours.' })
  if (typeof testNumber === 'string') {
    if (!/^\+?[0-9*#]{2,20}$/.test(testNumber)) details.push({ field: 'testNumber', message: 'The number that carriers have for tests, such as 933.' })
    else if (mayBeHelp(directory.snapshot(), actor.tenantId, testNumber)) details.push({ field: 'testNumber', message: `${testNumber} calls the emergency services themselves. A test must never reach them.` })
  }
  refuseWrong(details)
}

function showCall(row: EmergencyCallRow): EmergencyCall {
  return {
    id: row.id, kind: row.kind, dialled: row.dialled, startedAt: row.started_at, caller: row.caller, location: row.location as Located | null, callbackNumber: row.callback_number, pool: row.pool && { size: row.pool.size, takenFrom: row.pool.takenFrom }, attempts: row.attempts,
    answeredAt: row.answered_at, endedAt: row.ended_at, outcome: row.outcome, displaced: row.displaced, notified: row.notified, escalatedAt: row.escalated_at, acknowledgedAt: row.acknowledged_at, acknowledgedBy: row.acknowledged_by, note: row.note,
  }
}
