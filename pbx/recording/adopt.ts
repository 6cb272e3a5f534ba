import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../../config/database/index.ts'
import type { RecordingRow } from '../../migrations/tables.ts'

/** Bytes of one second: 8 kHz, 16 bit, stereo; after a 44-byte WAV header. */
const BYTES_PER_SECOND = 8000 * 2 * 2
const WAV_HEADER = 44

/**
 * Closes recordings that were running when the server was killed: what is in the file is kept,
 * and the history says why it ends early.
 */
export async function adoptInterruptedRecordings(database: Database, home: string): Promise<number> {
  const rows = (await database.system('interrupted recordings', (trx) => trx<RecordingRow>('recordings').where({ status: 'recording' }))) as RecordingRow[]
  for (const row of rows) {
    const bytes = await stat(join(home, 'recordings', row.path)).then((file) => file.size, () => 0)
    const seconds = Math.max(0, bytes - WAV_HEADER) / BYTES_PER_SECOND
    const failure = bytes > WAV_HEADER ? 'The server stopped during this recording; it holds what was said until then.' : 'The server stopped before anything was recorded.'
    await database.system('interrupted recordings', (trx) =>
      trx('recordings').where({ id: row.id }).update({ status: bytes > WAV_HEADER ? 'finished' : 'failed', seconds, bytes, failure, ended_at: trx.fn.now() }),
    )
  }
  return rows.length
}
