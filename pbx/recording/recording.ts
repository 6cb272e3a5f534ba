import { mkdir, stat } from 'node:fs/promises'
import { isAbsolute, join, normalize } from 'node:path'
import type { Actor } from '../../config/actor.ts'
import { createJournal } from '../../config/database/journal.ts'
import { toJsonb } from '../../config/database/json.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { RecordingRow } from '../../migrations/tables.ts'
import type { RecordingResult } from '../../media/contract.ts'
import type { Call, RunningRecording } from '../calls/call.ts'
import { leaveDirect } from '../calls/direct.ts'
import { recordingInfo } from '../cdr/history.ts'
import type { RecordingInfo } from '../door.ts'
import type { Events } from '../events/events.ts'
import { createListens } from './listens.ts'

/** Records calls into stereo WAV files, caller left and called party right. */
export interface Recordings {
  /** Starts, pauses, resumes or stops, in the call's mailbox: never await it in there. `startedBy` is shown in the history. */
  control(call: Call, action: 'start' | 'pause' | 'resume' | 'stop', startedBy: string): Promise<RecordingInfo>
  /** The file of a finished recording. Refuses `not-found` and `gone`. */
  open(actor: Actor, id: string): Promise<{ path: string; info: RecordingInfo }>
  close(): Promise<void>
}

interface RecordingFact {
  id: string
  tenant_id: string
  call_id: string
  path: string
  status: string
  seconds: number | null
  bytes: number | null
  failure: string | null
  started_by: string
  /** Seconds since the epoch. */
  started_at: number
  ended_at: number | null
}

export function createRecordings(options: { database: Database; events: Events; logger: Logger; home: string }): Recordings {
  const { database, events, logger } = options
  const root = join(options.home, 'recordings')
  const journal = createJournal<RecordingFact>({
    name: 'recordings',
    database,
    logger,
    spoolFile: join(options.home, 'spool', 'recordings.jsonl'),
    write: upsertRecordings,
  })

  const listens = createListens()

  const start = async (call: Call, startedBy: string): Promise<RecordingFact> => {
    const { endpoint } = call.caller
    if (call.recording) throw new Refusal('conflict', 'This call is being recorded already.')
    if (call.state !== 'answered' || !endpoint) throw new Refusal('conflict', 'Only an answered call can be recorded.')
    const id = newId()
    const day = new Date(call.startedAt).toISOString().slice(0, 10)
    const path = join(call.tenantId, day, `${id}.wav`)
    await mkdir(join(root, call.tenantId, day), { recursive: true, mode: 0o700 }).catch(refuseDisk)
    const recording = await endpoint.record({ path: join(root, path) })
    call.recording = { id, recording, paused: false }
    void leaveDirect(call)
    const fact: RecordingFact = {
      id, tenant_id: call.tenantId, call_id: call.id, path, status: 'recording', seconds: null, bytes: null, failure: null,
      started_by: startedBy, started_at: Date.now() / 1000, ended_at: null,
    }
    journal.add(fact)
    void recording.finished.then((result) => finish(call, fact, result))
    call.changed()
    return fact
  }

  const steer = async (call: Call, action: 'pause' | 'resume' | 'stop'): Promise<RunningRecording> => {
    const running = call.recording
    if (!running) throw new Refusal('conflict', 'This call is not being recorded.')
    if (action === 'stop') await running.recording.stop()
    else await (action === 'pause' ? running.recording.pause() : running.recording.resume())
    running.paused = action === 'pause'
    if (action !== 'stop') call.changed()
    return running
  }

  const finish = (call: Call, fact: RecordingFact, result: RecordingResult): void => {
    const failed = result.ended === 'disk-full' || result.ended === 'failed'
    const failure = failed ? (result.message ?? (result.ended === 'disk-full' ? 'The disk is full; the recording ends early.' : 'The recording could not be written.')) : null
    journal.add({ ...fact, status: failed ? 'failed' : 'finished', seconds: result.seconds, bytes: result.bytes, failure, ended_at: Date.now() / 1000 })
    if (failed) call.log.error({ recording: fact.id, seconds: result.seconds }, `recording failed, the call goes on: ${failure}`)
    if (call.recording?.id === fact.id) call.recording = undefined
    events.emit('recording.finished', call.tenantId, {
      recordingId: fact.id, callId: call.id, status: failed ? 'failed' : 'finished', seconds: result.seconds, failure,
    })
    if (!call.over) call.changed()
  }

  return {
    async control(call, action, startedBy) {
      // The first word shall be in it.
      if (action === 'start') await leaveDirect(call)
      if (action === 'start') return infoOf(await call.mailbox.run(() => start(call, startedBy)))
      // Only the media's part has its turn in the mailbox: hanging up must not wait for the database.
      const running = await call.mailbox.run(() => steer(call, action))
      await journal.flush()
      const row = await database.system('recording after a change', (trx) => trx<RecordingRow>('recordings').where({ id: running.id }).first())
      if (!row) throw new Refusal('unavailable', 'The recording was changed, but the database does not answer now. Look again in a moment.', { retryAfter: 5 })
      return recordingInfo(row as RecordingRow)
    },
    async open(actor, id) {
      const find = async (trx: Transaction): Promise<{ path: string; info: RecordingInfo }> => {
        const row = (await trx<RecordingRow>('recordings').where({ id }).first()) as RecordingRow | undefined
        if (!row) throw new Refusal('not-found', 'There is no recording with this id.')
        const path = inside(root, row.path)
        await stat(path).catch(() => {
          throw new Refusal('gone', 'The file of this recording is no longer on the disk.')
        })
        return { path, info: recordingInfo(row) }
      }
      if (listens.isGoingOn(actor.id, id)) return database.read(actor, find)
      const found = await database.change(actor, async (trx) => ({ result: await find(trx), audit: { action: 'recording.listen', subjectType: 'recording', subjectId: id } }))
      listens.began(actor.id, id)
      return found
    },
    close: () => journal.close(),
  }
}

/** A path of the database never leads out of the recordings folder. */
function inside(root: string, relative: string): string {
  const clean = normalize(relative)
  if (isAbsolute(clean) || clean.startsWith('..')) throw new Refusal('not-found', 'There is no recording with this id.')
  return join(root, clean)
}

function refuseDisk(error: unknown): never {
  throw new Refusal('unavailable', 'The recordings folder cannot be written. Check the free space and the rights of the data folder.', { cause: error })
}

function infoOf(fact: RecordingFact): RecordingInfo {
  return {
    id: fact.id, callId: fact.call_id, status: 'recording', seconds: null, bytes: null, failure: null,
    startedBy: fact.started_by, startedAt: new Date(fact.started_at * 1000), endedAt: null,
  }
}

async function upsertRecordings(trx: Transaction, rows: RecordingFact[]): Promise<void> {
  // The start and the end of one recording may share a batch; only the last of them may be in one statement.
  const latest = [...new Map(rows.map((row) => [row.id, row])).values()]
  await trx.raw(
    `INSERT INTO recordings (id, tenant_id, call_id, path, status, seconds, bytes, failure, started_by, started_at, ended_at)
     SELECT r.id, r.tenant_id, r.call_id, r.path, r.status, r.seconds, r.bytes, r.failure, r.started_by, to_timestamp(r.started_at), to_timestamp(r.ended_at)
     FROM jsonb_to_recordset(?::jsonb) AS r(id uuid, tenant_id uuid, call_id uuid, path text, status text, seconds real, bytes bigint, failure text,
        started_by text, started_at float8, ended_at float8)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, seconds = excluded.seconds, bytes = excluded.bytes, failure = excluded.failure, ended_at = excluded.ended_at`,
    [toJsonb(latest)],
  )
}
