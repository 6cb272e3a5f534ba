import { join } from 'node:path'
import { createJournal, type Journal } from '../../config/database/journal.ts'
import { toJsonb } from '../../config/database/json.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import type { Events } from '../events/events.ts'
import { recordOf, type CallRecord } from './row.ts'

/** Writes a row for every call that ended, from its event alone. */
export interface CallRecordWriter {
  /** A call whose row is still on its way, so that it can be looked at the moment it ended. */
  readonly journal: Journal<CallRecord>
  close(): Promise<void>
}

/** @param options.onMissed is told, in the transaction that writes them down, of calls that nobody answered; of one it may be told again */
export function createCallRecordWriter(options: { database: Database; events: Events; logger: Logger; home: string; onMissed?: (trx: Transaction, missed: CallRecord[]) => Promise<void> }): CallRecordWriter {
  const journal = createJournal<CallRecord>({
    name: 'call records',
    database: options.database,
    logger: options.logger,
    spoolFile: join(options.home, 'spool', 'calls.jsonl'),
    write: async (trx, rows) => {
      await insertCalls(trx, rows)
      // A file of an earlier version has rows that do not know.
      const missed = rows.filter(({ sought = [] }) => sought.length > 0)
      if (missed.length > 0) await options.onMissed?.(trx, missed)
    },
  })
  const stop = options.events.subscribe((event) => {
    if (event.type === 'call.ended') journal.add(recordOf(event.data.call, event.data.sought))
  })
  return {
    journal,
    async close() {
      stop()
      await journal.close()
    },
  }
}

/** One statement for the batch. The joins leave out extensions that were deleted while the call went on. */
async function insertCalls(trx: Transaction, rows: CallRecord[]): Promise<void> {
  await trx.raw(
    `INSERT INTO calls (id, tenant_id, root_id, started_at, answered_at, ended_at, direction, from_number, from_name, to_number, to_name,
        caller_extension_id, callee_extension_id, result, reason, explanation, hung_up_by, sip_status, plan, legs, cost, cost_currency)
     SELECT r.id, r.tenant_id, coalesce(r.root_id, r.id), to_timestamp(r.started_at), to_timestamp(r.answered_at), to_timestamp(r.ended_at), r.direction,
        r.from_number, r.from_name, r.to_number, r.to_name, caller.id, callee.id, r.result, r.reason, r.explanation, r.hung_up_by, r.sip_status, r.plan, r.legs, r.cost, r.cost_currency
     FROM jsonb_to_recordset(?::jsonb) AS r(id uuid, tenant_id uuid, root_id uuid, started_at float8, answered_at float8, ended_at float8, direction text,
        from_number text, from_name text, to_number text, to_name text, caller_extension_id uuid, callee_extension_id uuid, result text, reason text,
        explanation text, hung_up_by text, sip_status integer, plan jsonb, legs jsonb, cost numeric, cost_currency text)
     LEFT JOIN extensions caller ON caller.id = r.caller_extension_id
     LEFT JOIN extensions callee ON callee.id = r.callee_extension_id
     ON CONFLICT (id, started_at) DO NOTHING`,
    [toJsonb(rows)],
  )
  await trx.raw(
    `INSERT INTO call_parties (tenant_id, number, name, last_at)
     SELECT tenant_id, number, coalesce(name, ''), max(to_timestamp(started_at))
     FROM jsonb_to_recordset(?::jsonb) AS r(tenant_id uuid, started_at float8, from_number text, from_name text, to_number text, to_name text),
       LATERAL (VALUES (from_number, from_name), (to_number, to_name)) AS party(number, name)
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
     ON CONFLICT (tenant_id, number, name) DO UPDATE SET last_at = excluded.last_at WHERE call_parties.last_at < excluded.last_at - interval '1 day'`,
    [toJsonb(rows)],
  )
}
