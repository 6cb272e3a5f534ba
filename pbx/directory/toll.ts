/** Limits for calls abroad, and the extensions that are locked. */
import { serviceActor } from '../../config/actor.ts'
import type { Transaction } from '../../config/database/index.ts'
import { Refusal, refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { TollLockRow, TollSettingsRow } from '../../migrations/tables.ts'
import type { TollSettings } from '../door.ts'
import { fromRow, saveSettings, type Columns } from './columns.ts'
import { checkRange } from './input.ts'
import { USUAL_TOLL } from './snapshot.ts'
import type { Directory, SnapshotToll } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const SETTINGS: Columns<TollSettings, TollSettingsRow> = [['countries', 'countries'], ['atOnceExtension', 'at_once_extension'], ['atOnceTenant', 'at_once_tenant'], ['perHour', 'per_hour'], ['minutesExtension', 'minutes_extension'], ['minutesTenant', 'minutes_tenant'], ['spendDayExtension', 'spend_day_extension'], ['spendMonthExtension', 'spend_month_extension'], ['spendDayTenant', 'spend_day_tenant'], ['spendMonthTenant', 'spend_month_tenant'], ['mailTo', 'mail_to']]

export function createTollRepository(world: DirectoryWorld): Directory['toll'] {
  const { database } = world
  return {
    async configure(actor, input) {
      const details: RefusalDetail[] = []
      checkRange(input.atOnceExtension, 'atOnceExtension', 'Calls abroad at once', 1, 1_000, details)
      checkRange(input.atOnceTenant, 'atOnceTenant', 'Calls abroad at once', 1, 10_000, details)
      checkRange(input.perHour, 'perHour', 'Calls abroad in an hour', 1, 10_000, details)
      checkRange(input.minutesExtension, 'minutesExtension', 'Minutes abroad within a day', 1, 100_000, details)
      checkRange(input.minutesTenant, 'minutesTenant', 'Minutes abroad within a day', 1, 1_000_000, details)
      for (const field of ['spendDayExtension', 'spendMonthExtension', 'spendDayTenant', 'spendMonthTenant'] as const) {
        const value = input[field]
        if (typeof value === 'number' && !(value > 0 && value <= 1e9)) details.push({ field, message: 'An amount above 0.' })
      }
      if (input.countries?.some((country) => !/^[A-Z]{2}$/.test(country))) details.push({ field: 'countries', message: 'A country is two letters, such as CA or MX.' })
      refuseWrong(details)
      await saveSettings(world, actor, 'toll', SETTINGS, input)
    },
    async lock(tenantId, extensionId, reason, spend, alongside) {
      await database.change(serviceActor(tenantId, 'toll'), async (trx) => {
        const insert = trx('toll_locks').insert({ extension_id: extensionId, tenant_id: tenantId, reason, spend }).onConflict('extension_id')
        // One for all calls that cost goes further than one for calls abroad.
        await (spend ? insert.merge(['reason', 'spend']) : insert.ignore())
        // What it did until now has led to this lock, and leads to no other.
        await trx('toll_calls').where({ extension_id: extensionId }).update({ forgiven: true })
        await alongside(trx)
        return { result: undefined, audit: { action: 'toll.lock', subjectType: 'extension', subjectId: extensionId, after: { reason } } }
      })
      await world.refresh(tenantId)
    },
    async unlock(actor, extensionId) {
      await database.change(actor, async (trx) => {
        const [row] = (await trx('toll_locks').where({ extension_id: extensionId }).delete().returning('*')) as TollLockRow[]
        if (!row) throw new Refusal('not-found', 'This extension is not locked.')
        return { result: undefined, audit: { action: 'toll.unlock', subjectType: 'extension', subjectId: extensionId, before: { reason: row.reason } } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

export async function loadToll(trx: Transaction, tenantId: string): Promise<SnapshotToll> {
  const settings = (await trx<TollSettingsRow>('toll_settings').where({ tenant_id: tenantId }).first()) as TollSettingsRow | undefined
  const locks = (await trx<TollLockRow>('toll_locks').where({ tenant_id: tenantId })) as TollLockRow[]
  return {
    settings: settings ? (fromRow(SETTINGS, settings) as unknown as TollSettings) : USUAL_TOLL.settings,
    locks: new Map(locks.map((row) => [row.extension_id, { reason: row.reason, spend: row.spend, lockedAt: row.locked_at }])),
  }
}
