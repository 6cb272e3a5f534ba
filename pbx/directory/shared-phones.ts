/** Phones that people take turns at, and who sits at which. */
import type { Actor } from '../../config/actor.ts'
import { toJsonb } from '../../config/database/json.ts'
import type { AuditEntry, Transaction } from '../../config/database/index.ts'
import { Refusal, refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { DeskLoginRow, DeviceRow, ExtensionRow } from '../../migrations/tables.ts'
import type { SharedPhoneSettings } from '../door.ts'
import type { LeftDesk, SharedPhoneRepository } from './desk-record.ts'
import type { SnapshotDevice } from './types.ts'
import type { DirectoryWorld } from './world.ts'

export function createSharedPhoneRepository({ database, refresh }: Pick<DirectoryWorld, 'database' | 'refresh'>): SharedPhoneRepository {
  const lock = async (trx: Transaction, id: string): Promise<DeviceRow> => {
    const row = (await trx<DeviceRow>('devices').where({ id }).forUpdate().first()) as DeviceRow | undefined
    if (!row) throw new Refusal('not-found', 'There is no such device.')
    return row
  }
  const change = async <T>(actor: Actor, work: (trx: Transaction) => Promise<{ result: T; audit: AuditEntry | AuditEntry[] }>): Promise<T> => {
    const result = await database.change(actor, work)
    await refresh(actor.tenantId)
    return result
  }
  /** Who sits at these, or sits as this extension, in words. */
  const leave = async (trx: Transaction, of: { deviceId: string; extensionId?: string; due?: Date }): Promise<LeftDesk[]> => {
    const gone = (await trx<DeskLoginRow>('desk_logins')
      .where((query) => void query.where({ device_id: of.deviceId }).modify((or) => void (of.extensionId !== undefined && or.orWhere({ extension_id: of.extensionId }))))
      .modify((query) => void (of.due && query.where('until', '<=', of.due)))
      .delete().returning('*')) as DeskLoginRow[]
    const devices = (await trx<DeviceRow>('devices').whereIn('id', gone.map(({ device_id }) => device_id))) as DeviceRow[]
    const extensions = (await trx<ExtensionRow>('extensions').whereIn('id', gone.map(({ extension_id }) => extension_id))) as ExtensionRow[]
    return gone.map(({ device_id, extension_id }) => ({
      deviceId: device_id, name: devices.find(({ id }) => id === device_id)?.name ?? '', extensionId: extension_id, number: extensions.find(({ id }) => id === extension_id)?.number ?? '',
    }))
  }
  const loggedOut = ({ deviceId, name, number }: LeftDesk, why: string): AuditEntry => ({ action: 'desk.log-out', subjectType: 'device', subjectId: deviceId, before: { device: name, extension: number }, after: { why } })

  return {
    share: (actor, deviceId, given) => {
      const settings = checked(given)
      return change(actor, async (trx) => {
        const device = await lock(trx, deviceId)
        if (device.session_id !== null) throw new Refusal('unprocessable', 'A phone in a browser belongs to whoever has signed in there, and is not shared.')
        await trx('devices').where({ id: deviceId }).update({ shared: toJsonb(settings), version: device.version + 1, updated_at: new Date() })
        return { result: undefined, audit: { action: 'desk.share', subjectType: 'device', subjectId: deviceId, before: device.shared ?? { shared: false }, after: { device: device.name, ...settings } } }
      })
    },

    unshare: (actor, deviceId) => change(actor, async (trx) => {
      const device = await lock(trx, deviceId)
      if (!device.shared) throw notShared()
      const left = await leave(trx, { deviceId })
      await trx('devices').where({ id: deviceId }).update({ shared: null, version: device.version + 1, updated_at: new Date() })
      const audit = { action: 'desk.unshare', subjectType: 'device', subjectId: deviceId, before: { device: device.name, ...device.shared } }
      return { result: left, audit: [audit, ...left.map((one) => loggedOut(one, 'the phone is not shared any more'))] }
    }),

    logIn: (actor, deviceId, extensionId, until) => change(actor, async (trx) => {
      const device = await lock(trx, deviceId)
      if (!device.shared) throw notShared()
      const extension = (await trx<ExtensionRow>('extensions').where({ id: extensionId }).forUpdate().first()) as ExtensionRow | undefined
      if (!extension?.enabled) throw new Refusal('not-found', 'There is no such extension.')
      const left = await leave(trx, { deviceId, extensionId })
      await trx('desk_logins').insert({ device_id: deviceId, tenant_id: actor.tenantId, extension_id: extensionId, until })
      const audit = { action: 'desk.log-in', subjectType: 'device', subjectId: deviceId, after: { device: device.name, extension: extension.number, until } }
      return { result: left, audit: [...left.map((one) => loggedOut(one, one.deviceId === deviceId ? 'somebody else logged in there' : 'logged in elsewhere')), audit] }
    }),

    logOut: (actor, deviceId, why, due) => change(actor, async (trx) => {
      await lock(trx, deviceId)
      const left = await leave(trx, { deviceId, ...(due && { due }) })
      if (left.length === 0) throw new NobodyThere()
      return { result: left, audit: left.map((one) => loggedOut(one, why)) }
    }).catch((error: unknown) => {
      if (error instanceof NobodyThere) return []
      throw error
    }),
  }
}

/** Nothing is changed, so nothing is written into the audit. */
class NobodyThere extends Error {}

/** Whose a device is at this moment. */
export function deskOf(row: DeviceRow, login: DeskLoginRow | undefined, isEnabled: (extensionId: string) => boolean): Pick<SnapshotDevice, 'extensionId' | 'desk'> {
  if (!row.shared) return { extensionId: row.extension_id }
  // Whoever is switched off sits nowhere.
  const here = login && isEnabled(login.extension_id) ? login : undefined
  return {
    extensionId: here?.extension_id ?? row.extension_id,
    desk: { ...row.shared, homeId: row.extension_id, login: here ? { since: here.since.getTime(), until: here.until?.getTime() ?? null } : null },
  }
}

function checked({ calls, hours, at }: SharedPhoneSettings): SharedPhoneSettings {
  const details: RefusalDetail[] = []
  if (hours !== null && !(Number.isInteger(hours) && hours >= 1 && hours <= 168)) details.push({ field: 'hours', message: 'Whoever sits there is logged out after 1 to 168 hours, or never.' })
  if (at !== null && !/^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(at)) details.push({ field: 'at', message: 'A time of day, such as 18:30.' })
  refuseWrong(details)
  return { calls, hours, at }
}

function notShared(): Refusal {
  return new Refusal('not-found', 'Nobody takes turns at this phone.')
}
