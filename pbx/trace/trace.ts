import { join } from 'node:path'
import type { Actor } from '../../config/actor.ts'
import { createJournal } from '../../config/database/journal.ts'
import { toJsonb } from '../../config/database/json.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import type { CallTraceRow } from '../../migrations/tables.ts'
import type { CallTrace, TraceMessage } from '../door.ts'
import type { CallView } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'
import type { SipServer, TracedMessage } from '../sip/types.ts'
import { createTraceCollector } from './collector.ts'
import { describeMessage } from './describe.ts'

/** Keeps the SIP ladder of every call: in memory while it lives, in PostgreSQL afterwards. */
export interface Traces {
  /** The trace of a call, live or past. */
  of(actor: Actor, call: CallView): Promise<CallTrace>
  close(): Promise<void>
}

interface TraceRecord {
  call_id: string
  tenant_id: string
  /** Seconds since the epoch. */
  started_at: number
  messages: TraceMessage[]
}

/** After the verdict the last messages (200 to BYE, ACK to a refusal) still cross the wire. */
const SETTLE_MS = 2_000

/**
 * @param complete whether the signalling engine tells every message; a drachtio-server keeps 100 Trying,
 * ACK to failures and retransmissions to itself
 */
export function createTraces(options: {
  database: Database
  sip: SipServer
  events: Events
  logger: Logger
  home: string
  complete: boolean
}): Traces {
  const { database, events } = options
  const collector = createTraceCollector()
  const settling = new Map<string, { call: CallView; timer: NodeJS.Timeout }>()
  const journal = createJournal<TraceRecord>({
    name: 'call traces',
    database,
    logger: options.logger,
    spoolFile: join(options.home, 'spool', 'traces.jsonl'),
    write: insertTraces,
  })

  options.sip.onTrace((messages: readonly TracedMessage[]) => collector.add(messages))
  const stop = events.subscribe((event) => {
    if (event.type === 'call.started' || event.type === 'call.updated') collector.hold(callIdsOf(event.data.call))
    if (event.type !== 'call.ended') return
    const { call } = event.data
    settling.set(call.id, { call, timer: setTimeout(() => store(call), SETTLE_MS) })
  })

  const store = (call: CallView): void => {
    const waiting = settling.get(call.id)
    if (!waiting) return
    clearTimeout(waiting.timer)
    settling.delete(call.id)
    journal.add({ call_id: call.id, tenant_id: call.tenantId, started_at: call.startedAt / 1000, messages: collected(call) })
    collector.release(callIdsOf(call))
  }
  const collected = (call: CallView): TraceMessage[] => collector.messagesOf(callIdsOf(call)).map((message) => describeMessage(message, call.legs))
  const note = options.complete ? null : 'The signalling server answers 100 Trying, absorbs retransmissions and acknowledges refusals by itself; those messages are not shown.'

  return {
    async of(actor, call) {
      const live = call.state !== 'ended' || settling.has(call.id)
      if (live) return { call, messages: collected(settling.get(call.id)?.call ?? call), note }
      if (journal.pending > 0) await journal.flush()
      const row = await database.read(actor, (trx) => trx<CallTraceRow>('call_traces').where({ call_id: call.id }).first())
      if (!row) return { call, messages: [], note: 'The SIP messages of this call are no longer kept.' }
      return { call, messages: row.messages as TraceMessage[], note }
    },
    async close() {
      stop()
      for (const { call } of [...settling.values()]) store(call)
      collector.close()
      await journal.close()
    },
  }
}

function callIdsOf(call: CallView): string[] {
  return [...new Set(call.legs.map((leg) => leg.sipCallId).filter((id) => id !== ''))]
}

async function insertTraces(trx: Transaction, rows: TraceRecord[]): Promise<void> {
  await trx.raw(
    `INSERT INTO call_traces (call_id, tenant_id, started_at, messages)
     SELECT r.call_id, r.tenant_id, to_timestamp(r.started_at), r.messages
     FROM jsonb_to_recordset(?::jsonb) AS r(call_id uuid, tenant_id uuid, started_at float8, messages jsonb)
     ON CONFLICT (call_id) DO NOTHING`,
    [toJsonb(rows)],
  )
}
