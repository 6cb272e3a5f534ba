/** Calls abroad of the last day, so that their limits hold over a restart. */
import { join } from 'node:path'
import { createJournal } from '../../config/database/journal.ts'
import type { Database } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import type { TollCallRow } from '../../migrations/tables.ts'

/** A call abroad that is over. Times in milliseconds since the epoch. */
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
}

export interface TollCalls {
  /** Of the last day. */
  readonly past: readonly PaidCall[]
  keep(call: PaidCall): void
  close(): Promise<void>
}

export async function openTollCalls(options: { database: Database; logger: Logger; home: string }): Promise<TollCalls> {
  const { database, logger } = options
  const journal = createJournal<PaidCall>({
    name: 'calls abroad', database, logger, spoolFile: join(options.home, 'spool', 'toll.jsonl'),
    async write(trx, calls) {
      const rows = calls.map(({ id, tenantId, payerId, begunAt, seconds, forgiven }) => ({ id, tenant_id: tenantId, extension_id: payerId, begun_at: new Date(begunAt), seconds, forgiven }))
      await trx('toll_calls').insert(rows).onConflict('id').ignore()
      await trx('toll_calls').whereRaw("begun_at < now() - interval '2 days'").delete()
    },
  })
  // What could not be written last time is among them.
  await journal.flush()
  const rows = await database.system('calls abroad', (trx) => trx<TollCallRow>('toll_calls').whereRaw("begun_at > now() - interval '2 days'"))
  return {
    past: rows.map((row) => ({ id: row.id, tenantId: row.tenant_id, payerId: row.extension_id, begunAt: row.begun_at.getTime(), seconds: row.seconds, forgiven: row.forgiven })),
    keep: (call) => journal.add(call),
    close: () => journal.close(),
  }
}
