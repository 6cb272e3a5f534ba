import { serviceActor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { RecordingRow } from '../../migrations/tables.ts'
import type { Library } from './library.ts'

const BATCH = 500

/**
 * Deletes recordings that are older than they may be: the longer of what its two extensions say, else what the tenant says,
 * else `standardDays`. Legal hold wins. What is left of deleted ones is forgotten with the call history. Returns how many went.
 */
export async function sweepRecordings(database: Database, library: Pick<Library, 'shred'>, standardDays: number): Promise<number> {
  let total = 0
  for (;;) {
    const rows = await database.system('retention', async (trx) => {
      const found = await trx.raw<{ rows: RecordingRow[] }>(
        `SELECT r.* FROM recordings r
         LEFT JOIN recording_settings s ON s.tenant_id = r.tenant_id
         LEFT JOIN extensions one ON one.id = r.caller_extension_id AND one.tenant_id = r.tenant_id
         LEFT JOIN extensions two ON two.id = r.callee_extension_id AND two.tenant_id = r.tenant_id
         WHERE r.status IN ('finished', 'failed') AND r.held_at IS NULL
           AND r.started_at < now() - coalesce(greatest(one.recording_days, two.recording_days), s.days, ?) * interval '1 day'
         ORDER BY r.started_at LIMIT ?`,
        [standardDays, BATCH],
      )
      return found.rows
    })
    for (const row of rows) {
      try {
        await library.shred(serviceActor(row.tenant_id, 'retention'), row, 'retention')
        total += 1
      } catch (error) {
        // Held in this very moment.
        if (!(error instanceof Refusal) || error.code !== 'conflict') throw error
      }
    }
    if (rows.length < BATCH) break
  }
  await database.system('retention', (trx) =>
    trx('recordings').where({ status: 'deleted' }).whereRaw("started_at < now() - ? * interval '1 day' AND deleted_at < now() - interval '1 day'", [standardDays]).delete(),
  )
  return total
}
