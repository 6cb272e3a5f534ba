/** What a tenant says of calls that are sent on, and of wake-up calls; and its clock. */
import type { Transaction } from '../../config/database/index.ts'
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { CallSettingsRow } from '../../migrations/tables.ts'
import type { CallSettings } from '../door.ts'
import { fromRow, saveSettings, type Columns } from './columns.ts'
import { checkRange } from './input.ts'
import { USUAL_CALLS } from './snapshot.ts'
import type { Directory } from './types.ts'
import type { Actor } from '../../config/actor.ts'
import type { DirectoryWorld } from './world.ts'

type Kept = Omit<CallSettings, 'timeZone'>

const SETTINGS: Columns<Kept, CallSettingsRow> = [['transferSeconds', 'transfer_seconds'], ['wakeUpDesk', 'wake_up_desk']]

export function createCallSettings(world: DirectoryWorld): Directory['callSettings'] {
  return {
    async configure(actor, { timeZone, ...input }) {
      const details: RefusalDetail[] = []
      checkRange(input.transferSeconds, 'transferSeconds', 'The time until a transferred call returns', 5, 600, details)
      if (timeZone !== undefined && !(await isZone(world, actor, timeZone))) details.push({ field: 'timeZone', message: 'A time zone is one of IANA, such as America/New_York.' })
      refuseWrong(details)
      if (Object.keys(input).length > 0) await saveSettings(world, actor, 'call', SETTINGS, input)
      if (timeZone === undefined) return
      await world.database.change(actor, async (trx) => {
        const before = await trx('tenants').where({ id: actor.tenantId }).first<{ time_zone: string }>('time_zone')
        await trx('tenants').where({ id: actor.tenantId }).update({ time_zone: timeZone })
        return { result: undefined, audit: { action: 'call-settings.update', subjectType: 'tenant', subjectId: actor.tenantId, before: { timeZone: before.time_zone }, after: { timeZone } } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

/** One that we and the database know: names and offsets that one of the two alone understands would stop what is due by the clock. */
async function isZone(world: DirectoryWorld, actor: Actor, name: string): Promise<boolean> {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    return false
  }
  if (!/^[A-Z]/i.test(name)) return false
  return (await world.database.read(actor, (trx) => trx('pg_timezone_names').where({ name }).first('name'))) !== undefined
}

export async function loadCallSettings(trx: Transaction, tenantId: string): Promise<Kept> {
  const row = (await trx<CallSettingsRow>('call_settings').where({ tenant_id: tenantId }).first()) as CallSettingsRow | undefined
  return row ? (fromRow(SETTINGS, row) as unknown as Kept) : USUAL_CALLS
}
