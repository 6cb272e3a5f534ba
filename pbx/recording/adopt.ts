import { open, readdir, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { RecordingRow } from '../../migrations/tables.ts'
import { partsOf } from './files.ts'

const WAV_HEADER = 44
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Closes recordings that were running when the server was killed: what is in the file is kept, and the history says why it
 * ends early.
 */
export async function adoptInterruptedRecordings(database: Database, root: string): Promise<number> {
  const rows = (await database.system('interrupted recordings', (trx) => trx<RecordingRow>('recordings').where({ status: 'recording' }))) as RecordingRow[]
  for (const row of rows) {
    const { bytes, seconds } = await lengthOf(await partsOf(join(root, row.path)))
    const failure = seconds > 0 ? 'The server stopped during this recording; it holds what was said until then.' : 'The server stopped before anything was recorded.'
    await database.system('interrupted recordings', (trx) =>
      trx('recordings').where({ id: row.id }).update({ status: seconds > 0 ? 'finished' : 'failed', seconds, bytes, failure, ended_at: trx.fn.now() }),
    )
  }
  return rows.length
}

async function lengthOf(paths: readonly string[]): Promise<{ bytes: number; seconds: number }> {
  const total = { bytes: 0, seconds: 0 }
  for (const path of paths) {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const header = Buffer.alloc(WAV_HEADER)
      await file.read(header, 0, WAV_HEADER, 0)
      const bytesPerSecond = header.readUInt32LE(28)
      total.bytes += size
      if (bytesPerSecond > 0) total.seconds += Math.max(0, size - WAV_HEADER) / bytesPerSecond
    } finally {
      await file.close()
    }
  }
  return total
}

/**
 * Looks through the folder for what a crash left behind: WAV files of recordings that are stored or deleted, and unfinished
 * sealed files, go; sound of which the database never heard (it was away when the server was killed) gets a row.
 *
 * @param since milliseconds since the epoch; what was written later is this server's own and under way
 */
export async function tidyRecordings(database: Database, root: string, logger: Logger, since: number): Promise<void> {
  try {
    for (const tenant of await folders(root)) {
      if (!UUID.test(tenant)) continue
      for (const day of await folders(join(root, tenant))) await tidyDay(database, root, tenant, join(root, tenant, day), since)
    }
  } catch (error) {
    logger.warn({ err: error }, `the recordings folder could not be looked through: ${messageOf(error)}`)
  }
}

const folders = async (path: string): Promise<string[]> => (await readdir(path, { withFileTypes: true }).catch(() => [])).filter((one) => one.isDirectory()).map((one) => one.name)

async function tidyDay(database: Database, root: string, tenant: string, folder: string, since: number): Promise<void> {
  const all = await readdir(folder)
  const written = await Promise.all(all.map((name) => stat(join(folder, name)).then(({ mtimeMs }) => mtimeMs, () => Infinity)))
  const names = all.filter((_name, i) => written[i]! < since)
  for (const name of names) if (name.endsWith('.part')) await rm(join(folder, name), { force: true })
  const ids = [...new Set(names.filter((name) => name.endsWith('.wav')).map((name) => name.slice(0, 36)))].filter((id) => UUID.test(id))
  if (ids.length === 0) return
  const rows = (await database.system('recordings folder', (trx) => trx<RecordingRow>('recordings').whereIn('id', ids).select('id', 'stored_at', 'status'))) as RecordingRow[]
  const known = new Map(rows.map((row) => [row.id, row]))
  for (const id of ids) {
    const path = join(folder, `${id}.wav`)
    const row = known.get(id)
    if (row && row.stored_at === null && row.status !== 'deleted') continue
    if (row) for (const part of await partsOf(path)) await rm(part, { force: true })
    else await adoptOrphan(database, tenant, id, relative(root, path), await partsOf(path))
  }
}

async function adoptOrphan(database: Database, tenant: string, id: string, path: string, parts: string[]): Promise<void> {
  const { bytes, seconds } = await lengthOf(parts)
  const ended = (await stat(parts[0] ?? path).catch(() => undefined))?.mtime
  if (seconds === 0 || !ended) return
  await database.system('recordings folder', async (trx) => {
    if (!(await trx('tenants').where({ id: tenant }).first())) return
    await trx('recordings').insert({
      id, tenant_id: tenant, call_id: id, root_id: id, path, status: 'finished', seconds, bytes, started_at: new Date(ended.getTime() - seconds * 1000), ended_at: ended,
      failure: 'The server stopped before anything else was written down of this call.', started_by: 'automatic',
    }).onConflict('id').ignore()
  })
}

