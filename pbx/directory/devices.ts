import type { Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { DeviceRow, ExtensionRow, TenantRow } from '../../migrations/tables.ts'
import type { Device, Pbx, SipCredentials } from '../door.ts'
import { furtherUsername, makeCredentials, registrationAddress, sealDevicePassword } from './credentials.ts'
import { checkDeviceName, outdated } from './input.ts'
import type { DirectoryWorld } from './world.ts'

const USERNAME_TRIES = 8

/** Devices: the phones of an extension, each with its own user name and password. */
export function createDeviceRepository(world: DirectoryWorld): Pbx['devices'] {
  const { database } = world
  return {
    async create(actor, extensionId, input) {
      const name = checkDeviceName(input.name)
      const created = await database.change(actor, async (trx) => {
        const extension = await trx<ExtensionRow>('extensions').where({ id: extensionId }).forUpdate().first()
        if (!extension) throw new Refusal('not-found', 'There is no such extension.')
        const others = await trx<DeviceRow>('devices').where({ extension_id: extensionId }).limit(1)
        const { device, credentials } = await insertDevice(world, trx, extension, name, others.length === 0)
        const after = { name, username: device.sip_username, extension: extension.number }
        return { result: { device: toDevice(device), credentials }, audit: { action: 'device.create', subjectType: 'device', subjectId: device.id, after } }
      })
      await world.refresh(actor.tenantId)
      return created
    },

    async update(actor, id, input, version) {
      const name = input.name === undefined ? undefined : checkDeviceName(input.name)
      const updated = await database.change(actor, async (trx) => {
        const before = await lockDevice(trx, id)
        if (version !== undefined && version !== before.version) throw outdated()
        const changes = {
          ...(name === undefined ? {} : { name }),
          ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
          version: before.version + 1,
          updated_at: new Date(),
        }
        const [after] = await trx<DeviceRow>('devices').where({ id }).update(changes).returning('*')
        if (!after) throw notFound()
        const audit = { action: 'device.update', subjectType: 'device', subjectId: id, before: forAudit(before), after: forAudit(after) }
        return { result: toDevice(after), audit }
      })
      await world.refresh(actor.tenantId)
      return updated
    },

    async renewCredentials(actor, id) {
      const credentials = await database.change(actor, async (trx) => {
        const device = await lockDevice(trx, id)
        const audit = { action: 'device.credentials', subjectType: 'device', subjectId: id, after: { username: device.sip_username } }
        return { result: await renewDevice(world, trx, device), audit }
      })
      await world.refresh(actor.tenantId)
      return credentials
    },

    async remove(actor, id) {
      await database.change(actor, async (trx) => {
        const [row] = await trx<DeviceRow>('devices').where({ id }).delete().returning('*')
        if (!row) throw notFound()
        return { result: undefined, audit: { action: 'device.delete', subjectType: 'device', subjectId: id, before: forAudit(row) } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

/** A new password for a device whose row is held. */
export async function renewDevice(world: DirectoryWorld, trx: Transaction, device: DeviceRow): Promise<SipCredentials> {
  const tenant = await ownTenant(trx)
  const { password, sealed } = makeCredentials(world.secrets, { id: tenant.id, realm: tenant.sip_realm }, device.sip_username)
  const now = new Date()
  // Registrations know their credentials by this time, so it must be another one even within a millisecond.
  const changedAt = new Date(Math.max(now.getTime(), device.credentials_changed_at.getTime() + 1))
  await trx<DeviceRow>('devices').where({ id: device.id })
    .update({ credentials_sealed: sealed, ...(device.phone_id !== null && { password_sealed: sealDevicePassword(world.secrets, device.tenant_id, password) }), credentials_changed_at: changedAt, version: device.version + 1, updated_at: now })
  return shown(world, tenant, device, password)
}

/**
 * Adds a device with fresh credentials. The first of an extension is called like its number, so that
 * a phone can be set up with what people know; that name may be taken by a device of an extension
 * that had the number before, and then it gets a suffix like the others.
 */
export async function insertDevice(
  world: DirectoryWorld,
  trx: Transaction,
  extension: ExtensionRow,
  name: string,
  first: boolean,
): Promise<{ device: DeviceRow; credentials: SipCredentials }> {
  const tenant = await ownTenant(trx)
  for (let attempt = 0; attempt < USERNAME_TRIES; attempt++) {
    const username = first && attempt === 0 ? extension.number : furtherUsername(extension.number)
    const { password, sealed } = makeCredentials(world.secrets, { id: tenant.id, realm: tenant.sip_realm }, username)
    const now = new Date()
    // A clash is no error to PostgreSQL here, or the whole transaction would be lost.
    const [device] = await trx<DeviceRow>('devices')
      .insert({
        id: newId(), tenant_id: extension.tenant_id, extension_id: extension.id, name: checkDeviceName(name), sip_username: username,
        credentials_sealed: sealed, credentials_changed_at: now, enabled: true, version: 1, created_at: now, updated_at: now,
      })
      .onConflict(['tenant_id', 'sip_username'])
      .ignore()
      .returning('*')
    if (device) return { device, credentials: shown(world, tenant, device, password) }
  }
  throw new Refusal('conflict', `No free user name was found for a phone of extension ${extension.number}. Try again.`)
}

function shown(world: DirectoryWorld, tenant: TenantRow, device: DeviceRow, password: string): SipCredentials {
  const address = registrationAddress(world.settings, world.listening(), tenant.sip_domains)
  return { deviceId: device.id, username: device.sip_username, password, ...address }
}

async function ownTenant(trx: Transaction): Promise<TenantRow> {
  // Row-level security leaves exactly the actor's.
  const tenant = await trx<TenantRow>('tenants').first()
  if (!tenant) throw new Refusal('not-found', 'This tenant does not exist any more.')
  return tenant
}

async function lockDevice(trx: Transaction, id: string): Promise<DeviceRow> {
  const row = await trx<DeviceRow>('devices').where({ id }).forUpdate().first()
  if (!row) throw notFound()
  return row
}

export function toDevice(row: DeviceRow): Device {
  return {
    id: row.id, extensionId: row.extension_id, name: row.name, sipUsername: row.sip_username, enabled: row.enabled, phoneId: row.phone_id,
    version: row.version, credentialsChangedAt: row.credentials_changed_at, createdAt: row.created_at, updatedAt: row.updated_at,
  }
}

function forAudit(row: DeviceRow): { name: string; username: string; enabled: boolean } {
  return { name: row.name, username: row.sip_username, enabled: row.enabled }
}

function notFound(): Refusal {
  return new Refusal('not-found', 'There is no such device.')
}
