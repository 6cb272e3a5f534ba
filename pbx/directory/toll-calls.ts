/** Calls abroad of the last day, so that their limits hold over a restart. */
import { join } from 'node:path'
import { createJournal } from '../../config/database/journal.ts'
import type { Database } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import type { TollCallRow } from '../../migrations/tables.ts'

/** A call abroad, or one that cost something, that is over. Times in milliseconds since the epoch. */
export interface PaidCall {
  id: string
  tenantId: string
  /** The extension that pays; null: the house. */
  payerId: string | null
  begunAt: number
  /** From its answer on; 0: nobody answered. */
  seconds: number
  /** Somebody has looked since: it no longer counts for its extension. */
  forgiven: boolean
  abroad: boolean
  /** In the currency of the tenant's rates. */
  cost: number
}

/** What a day came to: `2026-11-28`, in the tenant's time. */
export interface SpentDay {
  tenantId: string
  /** Null: the house. */
  payerId: string | null
  day: string
  amount: number
  /** Of it what somebody has looked at since: it no longer counts for the extension, and still for all. */
  forgiven: number
}

export interface TollCalls {
  /** Of the last day. */
  readonly past: readonly PaidCall[]
  /** Of this month and the last. */
  readonly spent: readonly SpentDay[]
  keep(call: PaidCall): void
  close(): Promise<void>
}

export async function openTollCalls(options: { database: Database; logger: Logger; home: string }): Promise<TollCalls> {
  const { database, logger } = options
  const journal = createJournal<PaidCall>({
    name: 'calls abroad', database, logger, spoolFile: join(options.home, 'spool', 'toll.jsonl'),
    async write(trx, calls) {
      const rows = // A file of an earlier version has calls abroad alone.
      calls.map(({ id, tenantId, payerId, begunAt, seconds, forgiven, abroad = true, cost = 0 }) => ({ id, tenant_id: tenantId, extension_id: payerId, begun_at: new Date(begunAt), seconds, forgiven, abroad, cost }))
      await trx('toll_calls').insert(rows).onConflict('id').ignore()
      await trx('toll_calls').whereRaw("begun_at < now() - CASE WHEN cost > 0 THEN interval '40 days' ELSE interval '2 days' END").delete()
    },
  })
  // What could not be written last time is among them.
  await journal.flush()
  const rows = await database.system('calls abroad', (trx) => trx<TollCallRow>('toll_calls').where({ abroad: true }).whereRaw("begun_at > now() - interval '2 days'"))
  const days = await database.system('spent', async (trx) => {
    const { rows: found } = (await trx.raw(
      `SELECT c.tenant_id, c.extension_id, to_char(c.begun_at AT TIME ZONE t.time_zone, 'YYYY-MM-DD') AS day, sum(c.cost) AS amount, coalesce(sum(c.cost) FILTER (WHERE c.forgiven), 0) AS forgiven
       FROM toll_calls c JOIN tenants t ON t.id = c.tenant_id WHERE c.cost > 0 GROUP BY 1, 2, 3`,
    )) as { rows: { tenant_id: string; extension_id: string | null; day: string; amount: number; forgiven: number }[] }
    return found
  })
  return {
    past: rows.map((row) => ({ id: row.id, tenantId: row.tenant_id, payerId: row.extension_id, begunAt: row.begun_at.getTime(), seconds: row.seconds, forgiven: row.forgiven, abroad: true, cost: row.cost })),
    spent: days.map(({ tenant_id: tenantId, extension_id: payerId, day, amount, forgiven }) => ({ tenantId, payerId, day, amount, forgiven })),
    keep: (call) => journal.add(call),
    close: () => journal.close(),
  }
}
