import { toJsonb } from '../../config/database/json.ts'
import type { Transaction } from '../../config/database/index.ts'
import type { RecordingInfo, RecordingMark } from '../door.ts'
import type { Call } from '../calls/call.ts'

/** A recording on its way to the database. Times are seconds since the epoch. */
export interface RecordingFact {
  id: string
  tenant_id: string
  call_id: string
  root_id: string
  direction: RecordingInfo['direction']
  from_number: string
  from_name: string | null
  to_number: string
  to_name: string | null
  caller_extension_id: string | null
  callee_extension_id: string | null
  codecs: string | null
  path: string
  status: 'recording' | 'finished' | 'failed'
  seconds: number | null
  bytes: number | null
  failure: string | null
  marks: RecordingMark[]
  started_by: string
  started_at: number
  ended_at: number | null
}

/** What is known of a recording the moment it starts. */
export function factOf(call: Call, id: string, path: string, startedBy: string): RecordingFact {
  const { from, to, direction } = call.view()
  const codecs = [call.caller, call.callee].flatMap((leg) => leg?.endpoint?.codec ?? [])
  return {
    id, tenant_id: call.tenantId, call_id: call.id, root_id: call.rootId, direction,
    from_number: from.number, from_name: from.name, to_number: to.number, to_name: to.name,
    caller_extension_id: from.extensionId || null, callee_extension_id: to.extensionId || null,
    codecs: codecs.length > 0 ? codecs.join(', ') : null, path, status: 'recording', seconds: null, bytes: null, failure: null, marks: [],
    started_by: startedBy, started_at: Date.now() / 1000, ended_at: null,
  }
}

export function infoOf(fact: RecordingFact): RecordingInfo {
  return {
    id: fact.id, callId: fact.call_id, rootId: fact.root_id, direction: fact.direction,
    from: { number: fact.from_number, name: fact.from_name, extensionId: fact.caller_extension_id },
    to: { number: fact.to_number, name: fact.to_name, extensionId: fact.callee_extension_id },
    status: fact.status, stored: false, seconds: fact.seconds, bytes: fact.bytes, rate: null, codecs: fact.codecs, marks: fact.marks, failure: fact.failure,
    startedBy: fact.started_by, startedAt: new Date(fact.started_at * 1000), endedAt: fact.ended_at === null ? null : new Date(fact.ended_at * 1000),
    sha256: null, hold: null, deleted: null,
  }
}

/** Written again after a crash it does no harm: what has been stored or deleted meanwhile stays as it is. */
export async function upsertRecordings(trx: Transaction, rows: RecordingFact[]): Promise<void> {
  // The start and the end of one recording may share a batch; only the last of them may be in one statement.
  const latest = [...new Map(rows.map((row) => [row.id, row])).values()]
  await trx.raw(
    `INSERT INTO recordings (id, tenant_id, call_id, root_id, direction, from_number, from_name, to_number, to_name, caller_extension_id,
        callee_extension_id, codecs, path, status, seconds, bytes, failure, marks, started_by, started_at, ended_at)
     SELECT r.id, r.tenant_id, r.call_id, coalesce(r.root_id, r.call_id), coalesce(r.direction, 'internal'), coalesce(r.from_number, ''), r.from_name,
        coalesce(r.to_number, ''), r.to_name, r.caller_extension_id, r.callee_extension_id, r.codecs, r.path, r.status, r.seconds, r.bytes, r.failure,
        coalesce(r.marks, '[]'), r.started_by, to_timestamp(r.started_at), to_timestamp(r.ended_at)
     FROM jsonb_to_recordset(?::jsonb) AS r(id uuid, tenant_id uuid, call_id uuid, root_id uuid, direction text, from_number text, from_name text,
        to_number text, to_name text, caller_extension_id uuid, callee_extension_id uuid, codecs text, path text, status text, seconds real,
        bytes bigint, failure text, marks jsonb, started_by text, started_at float8, ended_at float8)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, seconds = excluded.seconds, bytes = excluded.bytes, failure = excluded.failure,
        marks = excluded.marks, ended_at = excluded.ended_at
     WHERE recordings.stored_at IS NULL AND recordings.status = 'recording'`,
    [toJsonb(latest)],
  )
}
