import type { Actor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import { wrongField } from '../../config/errors.ts'
import type { RecordingSettingsRow } from '../../migrations/tables.ts'
import type { RecordingSettings } from '../door.ts'

/** What each tenant wants of its recordings, at hand when a call needs it. */
export interface RecordingRules {
  of(tenantId: string): RecordingSettings
  change(actor: Actor, input: Partial<Pick<RecordingSettings, 'days' | 'notice'>>): Promise<RecordingSettings>
}

/** @param standardDays how long call history is kept */
export async function loadRecordingRules(database: Database, standardDays: number): Promise<RecordingRules> {
  const standard: RecordingSettings = { days: null, notice: 'none', standardDays }
  const rows = (await database.system('recording settings', (trx) => trx<RecordingSettingsRow>('recording_settings'))) as RecordingSettingsRow[]
  const known = new Map(rows.map((row) => [row.tenant_id, { ...standard, days: row.days, notice: row.notice }]))
  const of = (tenantId: string): RecordingSettings => known.get(tenantId) ?? standard

  return {
    of,
    async change(actor, input) {
      const { days } = input
      if (days !== undefined && days !== null && !(Number.isInteger(days) && days >= 1 && days <= 3650)) throw wrongField('days', 'Recordings are kept for 1 to 3650 days.')
      const before = of(actor.tenantId)
      const after = { ...before, ...input }
      await database.change(actor, async (trx) => {
        const row = { tenant_id: actor.tenantId, days: after.days, notice: after.notice, updated_at: new Date() }
        await trx<RecordingSettingsRow>('recording_settings').insert(row).onConflict('tenant_id').merge()
        const seen = ({ days: kept, notice }: RecordingSettings): object => ({ days: kept, notice })
        return { result: undefined, audit: { action: 'recording-settings.update', subjectType: 'tenant', subjectId: actor.tenantId, before: seen(before), after: seen(after) } }
      })
      known.set(actor.tenantId, after)
      return after
    },
  }
}
