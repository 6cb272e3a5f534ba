/** Where whoever asks is, and where a phone is that somebody may ask about: the server of RFC 5985 without its XML. */
import { timingSafeEqual } from 'node:crypto'
import type { PersonActor } from '../config/actor.ts'
import type { Database } from '../config/database/index.ts'
import type { Directory, DirectorySnapshot, Located, SnapshotDevice } from './directory/types.ts'
import type { Held, HeldIdentity, HeldPlace } from './door.ts'
import type { HelpRecords } from './help/records.ts'
import type { Registrar } from './registrar/types.ts'
import { locate, locatedAt } from './routing/locate.ts'
import { computeHa1 } from './sip/digest.ts'
import { hostPart, parseUri } from './sip/uri.ts'
import { pidfLo } from './trunks/pidf-lo.ts'

/** For how long an address that is given out is good. */
const LIFE_MS = 3_600_000

export function createHeldDoor(options: { database: Database; directory: Directory; registrar: Pick<Registrar, 'contactsOf'>; records: Pick<HelpRecords, 'placeOf' | 'references'> }): Held {
  const { database, directory, registrar, records } = options
  const { references } = records
  const now = (): number => Date.now()
  const open = (snapshot: DirectorySnapshot): string[] => snapshot.tenants().map(({ id }) => id).filter((id) => snapshot.emergencyOf(id).settings.held)
  const addressOf = (device: SnapshotDevice): string | undefined => {
    const contact = registrar.contactsOf(device.extensionId).find(({ deviceId }) => deviceId === device.id)
    return contact && hostPart(contact.received)
  }
  const devicesOf = (snapshot: DirectorySnapshot, tenantId: string): SnapshotDevice[] => snapshot.extensionsOf(tenantId).flatMap(({ id }) => snapshot.devicesOf(id))
  const placeOf = (located: Located | undefined): HeldPlace['pidf'] | undefined => located && pidfLo(located, 'phone@dialplane.invalid', now())
  const given = (of: 'device' | 'address', tenantId: string, id: string, located: Located | undefined): HeldPlace | undefined => {
    const pidf = placeOf(located)
    const until = now() + LIFE_MS
    return pidf === undefined ? undefined : { pidf, token: references.tokenOf({ of, tenantId, id, until }), until: new Date(until) }
  }
  const whereIs = (tenantId: string, device: SnapshotDevice): Located | undefined => {
    const address = addressOf(device)
    return locate(directory.snapshot().emergencyOf(tenantId), { deviceId: device.id, ...(address !== undefined && { address }) })
  }
  /** Of an address only what its network tells: the default would be a guess. */
  const whereAt = (tenantId: string, address: string): Located | undefined => {
    const found = locate(directory.snapshot().emergencyOf(tenantId), { deviceId: '', address })
    return found?.source === 'network' ? found : undefined
  }
  const meant = async (tenantId: string, identity: HeldIdentity): Promise<SnapshotDevice | undefined> => {
    const snapshot = directory.snapshot()
    if (identity.kind === 'ip') {
      const [device, ...others] = devicesOf(snapshot, tenantId).filter((one) => addressOf(one) === identity.value)
      return others.length === 0 ? device : undefined
    }
    if (identity.kind === 'uri') {
      const user = parseUri(identity.value)?.user ?? ''
      const named = snapshot.deviceByUsername(tenantId, user)
      if (named) return named
      const devices = snapshot.devicesOf(snapshot.extensionByNumber(tenantId, user)?.id ?? '')
      const registered = devices.filter((one) => addressOf(one) !== undefined)
      return devices.length === 1 ? devices[0] : registered.length === 1 ? registered[0] : undefined
    }
    const mac = identity.value.replace(/[^0-9a-f]/gi, '').toLowerCase()
    const row = await database.read({ kind: 'service', tenantId, id: 'held', name: 'HELD', permissions: new Set() }, async (trx) =>
      (await trx('devices').join('phones', 'phones.id', 'devices.phone_id').where('phones.mac', mac).orderBy('devices.phone_line').first('devices.id')) as { id: string } | undefined)
    return row && snapshot.device(row.id)
  }
  return {
    async at(address) {
      const snapshot = directory.snapshot()
      const tenants = open(snapshot)
      const phones = tenants.flatMap((tenantId) => devicesOf(snapshot, tenantId).filter((device) => addressOf(device) === address).map((device) => ({ tenantId, device })))
      const [only, ...others] = phones
      if (only && others.length === 0) return given('device', only.tenantId, only.device.id, whereIs(only.tenantId, only.device))
      // Two phones, or two companies, behind one address: its network tells of one place or of none.
      const networks = [...new Set(phones.length > 0 ? phones.map(({ tenantId }) => tenantId) : tenants)].flatMap((tenantId) => {
        const located = whereAt(tenantId, address)
        return located ? [{ tenantId, located }] : []
      })
      const [place, ...more] = networks
      return place && more.length === 0 ? given('address', place.tenantId, address, place.located) : undefined
    },
    phone(username, password) {
      const snapshot = directory.snapshot()
      for (const tenantId of open(snapshot)) {
        const device = snapshot.deviceByUsername(tenantId, username)
        const right = Buffer.from(computeHa1('SHA-256', username, snapshot.tenant(tenantId)?.realm ?? '', password))
        if (device && right.length === device.ha1.sha256.length && timingSafeEqual(right, Buffer.from(device.ha1.sha256))) return { tenantId, deviceId: device.id }
      }
      return undefined
    },
    async ofPhone({ tenantId, deviceId }, identity) {
      const own = directory.snapshot().device(deviceId)
      const device = identity ? await meant(tenantId, identity) : own
      // A phone asks about itself, and about those of its own extension.
      return device && own && device.extensionId === own.extensionId ? given('device', tenantId, device.id, whereIs(tenantId, device)) ?? 'unknown' : 'not-yours'
    },
    async ofAny(actor: PersonActor, identity) {
      if (!directory.snapshot().emergencyOf(actor.tenantId).settings.held) return 'not-yours'
      const device = await meant(actor.tenantId, identity)
      return device?.tenantId === actor.tenantId ? given('device', actor.tenantId, device.id, whereIs(actor.tenantId, device)) ?? 'unknown' : 'not-yours'
    },
    async read(token) {
      const reference = references.read(token)
      if (!reference) return undefined
      const { tenantId, id } = reference
      if (reference.of === 'call') return placeOf((await records.placeOf(tenantId, id)) ?? undefined)
      if (reference.of === 'place') return placeOf(locatedAt(directory.snapshot().emergencyOf(tenantId), id))
      if (!directory.snapshot().emergencyOf(tenantId).settings.held) return undefined
      const device = directory.snapshot().device(id)
      return placeOf(reference.of === 'address' ? whereAt(tenantId, id) : device?.tenantId === tenantId ? whereIs(tenantId, device) : undefined)
    },
  }
}
