/** What a tenant allows text messages. */
import type { Transaction } from '../../config/database/index.ts'
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { MessageSettingsRow } from '../../migrations/tables.ts'
import type { MessageSettings } from '../door.ts'
import { fromRow, saveSettings, type Columns } from './columns.ts'
import { checkRange } from './input.ts'
import { USUAL_MESSAGES } from './snapshot.ts'
import type { Directory } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const SETTINGS: Columns<MessageSettings, MessageSettingsRow> = [['keepDays', 'keep_days'], ['perMinute', 'per_minute']]

export function createMessageSettings(world: DirectoryWorld): Directory['messages'] {
  return {
    async configure(actor, input) {
      const details: RefusalDetail[] = []
      checkRange(input.keepDays, 'keepDays', 'The days a message waits', 1, 90, details)
      checkRange(input.perMinute, 'perMinute', 'Messages within a minute', 1, 10_000, details)
      refuseWrong(details)
      await saveSettings(world, actor, 'message', SETTINGS, input)
    },
  }
}

export async function loadMessageSettings(trx: Transaction, tenantId: string): Promise<MessageSettings> {
  const row = (await trx<MessageSettingsRow>('message_settings').where({ tenant_id: tenantId }).first()) as MessageSettingsRow | undefined
  return row ? (fromRow(SETTINGS, row) as unknown as MessageSettings) : USUAL_MESSAGES
}
