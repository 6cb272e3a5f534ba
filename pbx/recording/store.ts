import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { KeptSound, SoundKeeper } from '../../media/contract.ts'
import type { RecordingRow } from '../../migrations/tables.ts'
import type { Events } from '../events/events.ts'
import { inside, partsOf } from './files.ts'
import type { RecordingKeys } from './keys.ts'

/** A disk that was full, a database that was away: looked at again after this long. */
const RETRY_MS = 60_000
const BATCH = 20

/**
 * Brings finished recordings from the recorder's WAV files to sealed Opus. What is left to do stands in the database, so a
 * crash at any step loses nothing: the sealed file is whole or not there, the row says so only when it is, and the WAV
 * goes last.
 */
export interface RecordingStore {
  /** Something may be there to be stored. */
  wake(): void
  /** There will be something when the database is back. */
  later(): void
  /** Stores this one as soon as can be; resolves when it is stored or cannot be. */
  store(row: RecordingRow): Promise<void>
  /** How many could not be stored at the last try. */
  readonly failing: number
  /** Closes the keeper of sounds too. */
  close(): Promise<void>
}

export function createRecordingStore(options: {
  database: Database; events: Events; logger: Logger; root: string; keys: RecordingKeys; sounds: SoundKeeper
}): RecordingStore {
  const { database, events, logger, root, keys, sounds } = options
  const running = new Map<string, Promise<void>>()
  const failed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> | undefined
  let again = false
  let closed = false

  const storeOne = async (row: RecordingRow): Promise<void> => {
    try {
      const target = row.path.replace(/\.wav$/, '.sealed')
      const sources = await partsOf(inside(root, row.path))
      if (sources.length === 0) return await giveUp(row, 'Its file is gone.')
      const kept = await sounds.keep(sources, inside(root, target), await keys.of(row.tenant_id), row.id)
      if (await markStored(row, target, kept)) events.emit('recording.stored', row.tenant_id, { recordingId: row.id, callId: row.call_id })
      else await sounds.remove(inside(root, target))
      for (const source of sources) await sounds.remove(source)
      failed.delete(row.id)
    } catch (error) {
      if (closed) return
      if (/there is no sound|no recording of ours/.test(messageOf(error))) return await giveUp(row, 'Nothing was recorded.')
      failed.add(row.id)
      logger.error({ tenant: row.tenant_id, recording: row.id, err: error }, `a recording could not be stored and stays as WAV; it is tried again: ${messageOf(error)}`)
    }
  }

  /** False when it was deleted meanwhile. */
  const markStored = (row: RecordingRow, path: string, kept: KeptSound): Promise<boolean> =>
    database.system('recording stored', async (trx) => {
      const { bytes, seconds, rate, sha256, peaks } = kept
      const changed = await trx('recordings').where({ id: row.id }).whereNot({ status: 'deleted' })
        .update({ path, bytes, seconds, rate, sha256, peaks, stored_at: trx.fn.now() })
      return changed > 0
    })

  const giveUp = async (row: RecordingRow, why: string): Promise<void> => {
    await database.system('recording empty', (trx) => trx('recordings').where({ id: row.id }).whereNull('stored_at').update({ status: 'failed', path: '', failure: row.failure ?? why }))
    for (const part of await partsOf(inside(root, row.path))) await sounds.remove(part)
  }

  const store = (row: RecordingRow): Promise<void> => {
    const going = running.get(row.id) ?? storeOne(row).finally(() => running.delete(row.id))
    running.set(row.id, going)
    return going
  }

  const drain = async (): Promise<void> => {
    const tried = new Set<string>()
    for (;;) {
      again = false
      const rows = (await database.system('recordings to store', (trx) =>
        trx<RecordingRow>('recordings').whereNull('stored_at').whereIn('status', ['finished', 'failed']).whereNot({ path: '' })
          .whereNotIn('id', [...tried]).orderBy('started_at').limit(BATCH))) as RecordingRow[]
      for (const row of rows) {
        if (closed) return
        tried.add(row.id)
        await store(row)
      }
      if (rows.length === 0 && !again) return
    }
  }

  const wake = (): void => {
    again = true
    if (closed || work) return
    clearTimeout(timer)
    timer = undefined
    work = drain()
      .catch((error: unknown) => {
        if (!closed) logger.warn({ err: error }, `recordings wait to be stored: ${messageOf(error)}`)
        failed.add('')
      })
      .then(() => {
        work = undefined
        if (failed.size > 0) later()
        failed.delete('')
      })
  }

  const later = (): void => {
    if (!closed) timer ??= setTimeout(wake, RETRY_MS)
  }

  return {
    wake,
    later,
    store,
    get failing() {
      return failed.size
    },
    async close() {
      closed = true
      clearTimeout(timer)
      // What is under way is begun anew at the next start.
      await sounds.close()
      await Promise.all([work, ...running.values()])
    },
  }
}
