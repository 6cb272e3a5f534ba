/** How click-to-dial goes for each extension. */
import { Refusal, refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { Transaction } from '../../config/database/index.ts'
import type { ClickToDialSettingsRow } from '../../migrations/tables.ts'
import type { ClickSettings } from '../door.ts'
import { fromRow, toRow, type Columns } from './columns.ts'
import { checkRange } from './input.ts'
import type { Directory, SnapshotClick } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const COLUMNS: Columns<ClickSettings, ClickToDialSettingsRow> = [
  ['enabled', 'enabled'], ['deviceIds', 'device_ids'], ['autoAnswer', 'auto_answer'], ['autoAnswerStyle', 'auto_answer_style'], ['namePrefix', 'name_prefix'], ['outsideNumber', 'outside_number'], ['ringSeconds', 'ring_seconds'],
]

export function createClickRepository(world: DirectoryWorld): Directory['clickToDial'] {
  return {
    async configure(actor, extensionId, input, version) {
      const details: RefusalDetail[] = []
      checkRange(input.ringSeconds, 'ringSeconds', 'The ring time', 5, 300, details)
      if (input.deviceIds?.length === 0) details.push({ field: 'deviceIds', message: 'Choose a phone, or null for all of them.' })
      refuseWrong(details)
      await world.database.change(actor, async (trx) => {
        await trx('click_to_dial_settings').insert({ extension_id: extensionId, tenant_id: actor.tenantId, version: 0 }).onConflict('extension_id').ignore()
        const [row] = (await trx<ClickToDialSettingsRow>('click_to_dial_settings').where({ extension_id: extensionId }).forUpdate()) as [ClickToDialSettingsRow]
        if (version !== undefined && version !== row.version) throw new Refusal('conflict', 'Somebody changed these settings meanwhile. Read them again.')
        const before = fromRow(COLUMNS, row)
        const [after] = (await trx('click_to_dial_settings').where({ extension_id: extensionId }).update({ ...toRow(COLUMNS, input), version: row.version + 1, updated_at: new Date() }).returning('*')) as [ClickToDialSettingsRow]
        return { result: undefined, audit: { action: 'click-to-dial.update', subjectType: 'click-to-dial', subjectId: extensionId, before, after: fromRow(COLUMNS, after) } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

export async function loadClicks(trx: Transaction, tenantId: string): Promise<ReadonlyMap<string, SnapshotClick>> {
  const rows = (await trx<ClickToDialSettingsRow>('click_to_dial_settings').where({ tenant_id: tenantId })) as ClickToDialSettingsRow[]
  return new Map(rows.map((row) => [row.extension_id, { ...(fromRow(COLUMNS, row) as unknown as ClickSettings), version: row.version, updatedAt: row.updated_at }]))
}
