import type { RecordingRow } from '../../migrations/tables.ts'
import type { RecordingInfo } from '../door.ts'

/** A recording of the database as people see it. */
export function recordingInfo(row: RecordingRow): RecordingInfo {
  const { held_at, deleted_at } = row
  return {
    id: row.id,
    callId: row.call_id,
    rootId: row.root_id,
    direction: row.direction,
    from: { number: row.from_number, name: row.from_name, extensionId: row.caller_extension_id },
    to: { number: row.to_number, name: row.to_name, extensionId: row.callee_extension_id },
    status: row.status,
    stored: row.stored_at !== null && row.status !== 'deleted',
    seconds: row.seconds,
    bytes: row.bytes === null ? null : Number(row.bytes),
    rate: row.rate,
    codecs: row.codecs,
    marks: row.marks,
    failure: row.failure,
    startedBy: row.started_by,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    sha256: row.sha256,
    hold: held_at && { at: held_at, by: row.held_by ?? '', reason: row.hold_reason ?? '' },
    deleted: deleted_at && { at: deleted_at, by: row.deleted_by ?? '' },
  }
}
