import type { Database } from '../../config/database/index.ts'
import { startQueue } from '../../config/database/queue.ts'
import type { Logger } from '../../config/logger.ts'
import type { WakeUpRow } from '../../migrations/tables.ts'
import type { Directory, SnapshotExtension } from '../directory/types.ts'
import { nextDay } from './due.ts'

/** A wake-up call that is due. */
export interface DueWakeUp {
  extension: SnapshotExtension
  /** On the wall, as it was set. */
  time: string
  timeZone: string
  /** From 1. */
  attempt: number
}

export interface WakeUpWorld {
  database: Database
  directory: Pick<Directory, 'snapshot'>
  logger: Logger
  now: () => number
  /** No new calls are made here. */
  paused(): boolean
  /** It is in a call, or rings. */
  isEngaged(extension: SnapshotExtension): boolean
  /** Rings it, and says what time it is. Whether somebody answered. */
  wake(due: DueWakeUp): Promise<boolean>
  /** Rings the desk, and says that nobody answered, or that it was too late. Whether somebody answered. */
  tell(desk: SnapshotExtension, due: DueWakeUp, tooLate: boolean): Promise<boolean>
}

type ClaimedRow = WakeUpRow & { scheduled_at: Date }

export const MOST_TRIES = 3
const AT_ONCE = 60
const AT_ONCE_OF_ONE = 40
const POLL_MS = 10_000
const BETWEEN = '3 minutes'
const BUSY_MS = 60_000
/** Later than this nobody is woken any more. */
const LATE_MS = 30 * 60_000
/** For how long the desk is told, from when it was to be. */
const NEWS_MS = 3 * 60 * 60_000

/** A day and a time on the wall, in the zone that the tenant has now. */
const SCHEDULED = '(w.next_on::date + w.time::time) AT TIME ZONE t.time_zone'

/** Has wake-up calls rung that are due, each by one of the processes that look. */
export async function startWakeUps(world: WakeUpWorld): Promise<{ wake(): void; close(): Promise<void> }> {
  const { database, directory, logger, now } = world
  let closed = false

  const change = async (row: ClaimedRow, values: Partial<WakeUpRow>): Promise<void> => {
    // Whoever changed it meanwhile has begun it anew.
    await database.system('wake-up call noted', (trx) => trx('wake_ups').where({ id: row.id, version: row.version }).update(values))
  }
  const again = (row: ClaimedRow): Promise<void> => change(row, { tries: row.tries - 1, try_at: new Date(now() + BUSY_MS) })
  const finish = async (row: ClaimedRow, result: NonNullable<WakeUpRow['last_result']>, timeZone: string): Promise<void> => {
    if (row.repeats === 'once') {
      await database.system('wake-up call over', (trx) => trx('wake_ups').where({ id: row.id, version: row.version }).delete())
      return
    }
    await change(row, { stage: 'wake', tries: 0, try_at: null, next_on: nextDay(row.time, row.repeats, timeZone, now(), row.next_on), last_result: result, last_at: new Date(now()) })
  }

  const work = async (row: ClaimedRow): Promise<void> => {
    const snapshot = directory.snapshot()
    const extension = snapshot.extension(row.extension_id)
    const timeZone = snapshot.tenant(row.tenant_id)?.timeZone ?? 'UTC'
    // It is just being removed.
    if (!extension) return
    const due: DueWakeUp = { extension, time: row.time, timeZone, attempt: row.tries }
    const lateMs = now() - row.scheduled_at.getTime()
    const deskNumber = snapshot.callSettingsOf(row.tenant_id).wakeUpDesk
    const desk = deskNumber === null ? undefined : snapshot.extensionByNumber(row.tenant_id, deskNumber)
    if (row.stage === 'wake') {
      const tooLate = lateMs > LATE_MS
      if (!tooLate) {
        if (world.isEngaged(extension)) return again(row)
        if (await world.wake(due)) return finish(row, 'answered', timeZone)
        if (closed || row.tries < MOST_TRIES) return
      }
      const result = tooLate ? 'too-late' : 'not-answered'
      logger.warn({ tenant: row.tenant_id, extension: extension.number, time: row.time }, tooLate ? 'a wake-up call was due while nothing ran, and comes too late' : `nobody answered a wake-up call ${MOST_TRIES} times`)
      if (!desk || desk.id === extension.id) return finish(row, result, timeZone)
      return change(row, { stage: 'desk', tries: 0, try_at: new Date(now()), last_result: result, last_at: new Date(now()) })
    }
    const result = row.last_result ?? 'not-answered'
    if (!desk || now() - (row.last_at?.getTime() ?? 0) > NEWS_MS) return finish(row, result, timeZone)
    if (world.isEngaged(desk)) return again(row)
    const told = await world.tell(desk, due, result === 'too-late')
    if (told || (!closed && row.tries >= MOST_TRIES)) await finish(row, result, timeZone)
  }

  const queue = startQueue<ClaimedRow>({
    name: 'wake-up calls', database, logger, atOnce: AT_ONCE, atOnceOfOne: AT_ONCE_OF_ONE, ownerOf: (row) => row.tenant_id, pollMs: POLL_MS, work,
    async claim(trx, full, busy) {
      if (world.paused()) return undefined
      const { rows } = await trx.raw<{ rows: ClaimedRow[] }>(
        `WITH due AS (
           SELECT w.id, ${SCHEDULED} AS scheduled_at FROM wake_ups w JOIN tenants t ON t.id = w.tenant_id
           WHERE coalesce(w.try_at, ${SCHEDULED}) <= now() AND NOT (w.tenant_id = ANY (?::uuid[])) AND NOT w.id = ANY (?::uuid[])
           ORDER BY coalesce(w.try_at, ${SCHEDULED}) LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
         UPDATE wake_ups SET tries = tries + 1, try_at = now() + interval '${BETWEEN}' FROM due WHERE wake_ups.id = due.id RETURNING wake_ups.*, due.scheduled_at`,
        [full, busy],
      )
      return rows[0]
    },
  })
  const unlisten = await database.listen('dialplane_wake_ups', queue.wake, queue.wake)
  queue.wake()
  return {
    wake: queue.wake,
    async close() {
      closed = true
      await unlisten()
      await queue.close()
    },
  }
}
