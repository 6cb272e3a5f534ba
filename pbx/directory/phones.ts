import type { Actor } from '../../config/actor.ts'
import { toJsonb } from '../../config/database/json.ts'
import { isUniqueViolation, type AuditEntry, type Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { legiblePassword, newId, randomToken } from '../../config/ids.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { DeviceRow, ExtensionRow, PhoneRow } from '../../migrations/tables.ts'
import type { ProvisionedPhoneInput } from '../door-phones.ts'
import { hashOfToken, sealDevicePassword } from './credentials.ts'
import { insertDevice } from './devices.ts'
import { outdated } from './input.ts'
import type { PhoneRecord, PhoneRepository } from './phone-record.ts'
import type { DirectoryWorld } from './world.ts'

/** What is sealed of a phone, each under its own purpose. */
export type PhoneSecret = 'phone-admin' | 'phone-link'

/** Bytes of a link: it is all that keeps the settings from strangers, and must fit the address fields of old phones. */
const LINK_BYTES = 18
const ADMIN_PASSWORD = 16

/** Phones: what the panel and the API read and change. */
export function createPhoneRepository(world: DirectoryWorld): PhoneRepository {
  const { database } = world
  const lock = async (trx: Transaction, id: string): Promise<PhoneRow> => {
    const row = (await trx<PhoneRow>('phones').where({ id }).forUpdate().first()) as PhoneRow | undefined
    if (!row) throw notFound()
    return row
  }
  const change = async <T>(actor: Actor, work: (trx: Transaction) => Promise<{ result: T; audit: AuditEntry | AuditEntry[] }>): Promise<T> => {
    const result = await database.change(actor, work).catch((error: unknown) => {
      const field = (['mac', 'name'] as const).find((one) => isUniqueViolation(error, `phones_${one}_key`))
      if (field === undefined) throw error
      const message = field === 'mac' ? 'There is already a phone with this MAC address.' : 'There is already a phone of this name.'
      throw new Refusal('conflict', message, { details: [{ field, message }] })
    })
    await world.refresh(actor.tenantId)
    return result
  }
  return {
    list: (actor) => database.read(actor, async (trx) => {
      const rows = (await trx<PhoneRow>('phones').orderByRaw('lower(name), id')) as PhoneRow[]
      return recordsOf(trx, rows)
    }),
    get: (actor, id) => database.read(actor, (trx) => recordOf(trx, id)),

    create: (actor, input) => change(actor, async (trx) => {
      const id = newId()
      const link = randomToken(LINK_BYTES)
      const { secrets } = world
      await trx('phones').insert({
        id, tenant_id: actor.tenantId, ...columnsOf(input),
        admin_password_sealed: sealPhone(secrets, 'phone-admin', actor.tenantId, legiblePassword(ADMIN_PASSWORD)), secret_sealed: sealPhone(secrets, 'phone-link', actor.tenantId, link), secret_hash: hashOfToken(link),
      })
      await setLines(world, trx, id, input.name, input.lines)
      const result = await recordOf(trx, id)
      return { result, audit: { action: 'phone.create', subjectType: 'phone', subjectId: id, after: forAudit(result) } }
    }),

    update: (actor, id, input, version) => change(actor, async (trx) => {
      const row = await lock(trx, id)
      if (version !== undefined && version !== row.version) throw outdated()
      const before = await recordOf(trx, id)
      await trx('phones').where({ id }).update({ ...columnsOf(input), version: row.version + 1, updated_at: new Date() })
      if (input.name !== undefined) await trx<DeviceRow>('devices').where({ phone_id: id }).update({ name: input.name, updated_at: new Date() })
      if (input.lines !== undefined) await setLines(world, trx, id, input.name ?? row.name, input.lines)
      const result = await recordOf(trx, id)
      return { result, audit: { action: 'phone.update', subjectType: 'phone', subjectId: id, before: forAudit(before), after: forAudit(result) } }
    }),

    remove: (actor, id) => change(actor, async (trx) => {
      const before = await recordOf(trx, id)
      await trx('phones').where({ id }).delete()
      return { result: undefined, audit: { action: 'phone.delete', subjectType: 'phone', subjectId: id, before: forAudit(before) } }
    }),

    setKeys: (actor, ids, keys, check) => change(actor, async (trx) => {
      const rows = (await trx<PhoneRow>('phones').whereIn('id', [...new Set(ids)]).orderBy('id').forUpdate()) as PhoneRow[]
      if (rows.length < new Set(ids).size) throw notFound()
      const records = await recordsOf(trx, rows)
      for (const record of records) check(record)
      await trx('phones').whereIn('id', rows.map((row) => row.id)).update({ keys: toJsonb(keys), version: trx.raw('version + 1'), updated_at: new Date() })
      const audit = records.map((record) => ({ action: 'phone.update', subjectType: 'phone', subjectId: record.row.id, before: forAudit(record), after: { ...forAudit(record), keys } }))
      return { result: rows.length, audit }
    }),
  }
}

/** Lines that stay keep their user name and password. */
async function setLines(world: DirectoryWorld, trx: Transaction, phoneId: string, name: string, extensionIds: readonly string[]): Promise<void> {
  const own = (await trx<DeviceRow>('devices').where({ phone_id: phoneId })) as DeviceRow[]
  const gone = own.filter((device) => !extensionIds.includes(device.extension_id)).map(({ id }) => id)
  if (gone.length > 0) await trx('devices').whereIn('id', gone).delete()
  for (const [index, extensionId] of extensionIds.entries()) {
    let device = own.find((one) => one.extension_id === extensionId)
    if (!device) {
      const extension = (await trx<ExtensionRow>('extensions').where({ id: extensionId }).forUpdate().first()) as ExtensionRow | undefined
      if (!extension) throw new Refusal('unprocessable', 'One of the lines is no extension.', { details: [{ field: 'lines', message: 'One of the lines is no extension.' }] })
      const made = await insertDevice(world, trx, extension, name, false)
      device = made.device
      await trx('devices').where({ id: device.id }).update({ phone_id: phoneId, password_sealed: sealDevicePassword(world.secrets, extension.tenant_id, made.credentials.password) })
    }
    await trx('devices').where({ id: device.id }).update({ phone_line: index + 1 })
  }
}

export async function recordsOf(trx: Transaction, rows: PhoneRow[]): Promise<PhoneRecord[]> {
  const devices = (await trx<DeviceRow>('devices').whereIn('phone_id', rows.map(({ id }) => id)).orderBy('phone_line')) as DeviceRow[]
  const byPhone = Map.groupBy(devices, (device) => device.phone_id)
  return rows.map((row) => ({ row, devices: byPhone.get(row.id) ?? [] }))
}

async function recordOf(trx: Transaction, id: string): Promise<PhoneRecord> {
  const row = (await trx<PhoneRow>('phones').where({ id }).first()) as PhoneRow | undefined
  const [record] = row ? await recordsOf(trx, [row]) : []
  if (!record) throw notFound()
  return record
}

function columnsOf({ keys, timeZone, lines: _, ...same }: Partial<ProvisionedPhoneInput>): Record<string, unknown> {
  return { ...same, ...(keys !== undefined && { keys: toJsonb(keys) }), ...(timeZone !== undefined && { time_zone: timeZone }) }
}

function forAudit({ row, devices }: PhoneRecord): Required<ProvisionedPhoneInput> {
  const { name, vendor, model, mac, keys, transport, language, networks } = row
  return { name, vendor, model, mac, lines: devices.map((device) => device.extension_id), keys, transport, timeZone: row.time_zone, language, networks }
}

export const sealPhone = (secrets: Secrets, what: PhoneSecret, tenantId: string, text: string): Buffer => secrets.seal(what, tenantId, text)

/** @throws Error when the envelope does not open */
export function openPhone(secrets: Secrets, what: PhoneSecret, { tenant_id, admin_password_sealed, secret_sealed }: PhoneRow): string {
  return secrets.open(what, tenant_id, what === 'phone-admin' ? admin_password_sealed : secret_sealed)
}

function notFound(): Refusal {
  return new Refusal('not-found', 'There is no such phone.')
}
