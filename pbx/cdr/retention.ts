import cron from 'node-cron'
import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'

/** Rows removed in one transaction, so that a long backlog never holds locks for long. */
const BATCH = 1_000

/**
 * Forgets call history, traces and recordings when they are older than they may be.
 * Runs every night at 03:17 local time. Returns the way to stop.
 */
export function startRetention(options: {
  database: Database
  logger: Logger
  /** Deletes recordings whose time is over; says how many. */
  sweepRecordings: () => Promise<number>
  keep: { historyDays: number; traceDays: number }
}): { stop(): void; sweep(): Promise<void> } {
  const { database, logger, keep } = options

  const sweep = async (): Promise<void> => {
    const traces = await removeAll(() => removeTraces(database, keep.traceDays))
    const calls = await removeAll(() => removeCalls(database, keep.historyDays))
    const recordings = await options.sweepRecordings()
    if (traces + calls + recordings > 0) logger.info({ traces, calls, recordings }, 'old call data removed')
  }
  const task = cron.schedule('17 3 * * *', () => {
    sweep().catch((error: unknown) => logger.warn({ err: error }, `old call data could not be removed, next try tomorrow: ${messageOf(error)}`))
  })
  return { stop: () => void task.destroy(), sweep }
}

async function removeAll(removeSome: () => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const removed = await removeSome()
    total += removed
    if (removed < BATCH) return total
  }
}

const removeTraces = (database: Database, days: number): Promise<number> =>
  database.system('retention', (trx) =>
    trx('call_traces').whereIn('call_id', trx('call_traces').select('call_id').whereRaw("started_at < now() - ? * interval '1 day'", [days]).limit(BATCH)).delete(),
  )

const removeCalls = (database: Database, days: number): Promise<number> =>
  database.system('retention', (trx) =>
    trx('calls').whereIn('id', trx('calls').select('id').whereRaw("started_at < now() - ? * interval '1 day'", [days]).limit(BATCH)).delete(),
  )
