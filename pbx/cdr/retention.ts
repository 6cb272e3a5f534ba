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
    await makeMonths(database)
    const traces = await removeAll(() => removeTraces(database, keep.traceDays))
    const calls = (await dropMonths(database, keep.historyDays)) + (await removeAll(() => removeCalls(database, keep.historyDays)))
    await removeAll(() => removeParties(database, keep.historyDays))
    const recordings = await options.sweepRecordings()
    if (traces + calls + recordings > 0) logger.info({ traces, calls, recordings }, 'old call data removed')
  }
  const task = cron.schedule('17 3 * * *', () => {
    sweep().catch((error: unknown) => logger.warn({ err: error }, `old call data could not be removed, next try tomorrow: ${messageOf(error)}`))
  })
  // Until it is there, calls go into the partition for all others.
  makeMonths(database).catch((error: unknown) => logger.warn({ err: error }, `the call history of this month has no partition yet, next try tonight: ${messageOf(error)}`))
  return { stop: () => void task.destroy(), sweep }
}

/** Partitions for the calls of this month and the next two. */
function makeMonths(database: Database): Promise<void> {
  return database.system('months of the call history', async (trx) => {
    await trx.raw("SELECT dialplane_call_month(((now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date) FROM generate_series(0, 2) ahead")
  })
}

/** Drops the months that are over for longer than calls are kept; says how many calls they had. */
function dropMonths(database: Database, days: number): Promise<number> {
  return database.system('retention', async (trx) => {
    const { rows } = (await trx.raw(
      `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
       WHERE inhparent = 'calls'::regclass AND child.relname ~ '^calls_[0-9]{4}_[0-9]{2}$'
         AND (to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month') AT TIME ZONE 'UTC' < now() - ? * interval '1 day'`, [days],
    )) as { rows: { name: string }[] }
    let calls = 0
    for (const { name } of rows) {
      const [counted] = await trx(name).count<{ count: string }[]>('* as count')
      calls += Number(counted?.count ?? 0)
      await trx.raw('DROP TABLE ??', [name])
    }
    return calls
  })
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

const removeParties = (database: Database, days: number): Promise<number> =>
  database.system('retention', (trx) =>
    trx('call_parties').whereRaw("ctid IN (SELECT ctid FROM call_parties WHERE last_at < now() - (? + 1) * interval '1 day' LIMIT ?)", [days, BATCH]).delete(),
  )
