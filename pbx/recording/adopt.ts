import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../../config/database/index.ts'
import type { RecordingRow } from '../../migrations/tables.ts'

const WAV_HEADER = 44

/**
 * Closes recordings that were running when the server was killed: what is in the file is kept,
 * and the history says why it ends early.
 */
export async function adoptInterruptedRecordings(database: Database, home: string): Promise<number> {
  const rows = (await database.system('interrupted recordings', (trx) => trx<RecordingRow>('recordings').where({ status: 'recording' }))) as RecordingRow[]
  for (const row of rows) {
    const { bytes, seconds } = await lengthOf(join(home, 'recordings', row.path))
    const failure = bytes > WAV_HEADER ? 'The server stopped during this recording; it holds what was said until then.' : 'The server stopped before anything was recorded.'
    await database.system('interrupted recordings', (trx) =>
      trx('recordings').where({ id: row.id }).update({ status: bytes > WAV_HEADER ? 'finished' : 'failed', seconds, bytes, failure, ended_at: trx.fn.now() }),
    )
  }
  return rows.length
}

async function lengthOf(path: string): Promise<{ bytes: number; seconds: number }> {
  const file = await open(path).catch(() => undefined)
  try {
    const bytes = (await file?.stat())?.size ?? 0
    if (file === undefined || bytes <= WAV_HEADER) return { bytes, seconds: 0 }
    const header = Buffer.alloc(WAV_HEADER)
    await file.read(header, 0, WAV_HEADER, 0)
    const bytesPerSecond = header.readUInt32LE(28)
    return { bytes, seconds: bytesPerSecond === 0 ? 0 : (bytes - WAV_HEADER) / bytesPerSecond }
  } finally {
    await file?.close()
  }
}
