import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createJournal } from '../../config/database/journal.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { RecordingResult } from '../../media/contract.ts'
import type { RecordingRow } from '../../migrations/tables.ts'
import type { Call, RunningRecording } from '../calls/call.ts'
import { leaveDirect } from '../calls/direct.ts'
import { recordingInfo } from '../cdr/recording-row.ts'
import type { Directory } from '../directory/types.ts'
import type { RecordingInfo } from '../door.ts'
import type { Events } from '../events/events.ts'
import { factOf, infoOf, upsertRecordings, type RecordingFact } from './facts.ts'
import { tellParties } from './notice.ts'
import type { RecordingRules } from './settings.ts'

/** Records calls into stereo files, caller left and called party right. */
export interface Recordings {
  /** Starts, pauses, resumes or stops, in the call's mailbox: never await it in there. `startedBy` is shown in the history. */
  control(call: Call, action: 'start' | 'pause' | 'resume' | 'stop', startedBy: string): Promise<RecordingInfo>
  /** Resolves when all that is known is written, or spooled; what was spooled before this start included. */
  settle(): Promise<void>
  /** Something is known that the database has not been told. */
  readonly pending: boolean
  close(): Promise<void>
}

export function createRecordings(options: {
  database: Database; events: Events; logger: Logger; home: string; directory: Pick<Directory, 'snapshot'>; rules: RecordingRules
  /** A finished recording is in the database, or waits for it. */
  onFinished: (waits: boolean) => void
}): Recordings {
  const { database, events, logger, directory, rules, onFinished } = options
  const root = join(options.home, 'recordings')
  const journal = createJournal<RecordingFact>({
    name: 'recordings',
    database,
    logger,
    spoolFile: join(options.home, 'spool', 'recordings.jsonl'),
    write: upsertRecordings,
  })
  const facts = new WeakMap<RunningRecording, RecordingFact>()

  const refuseUnwanted = (call: Call): void => {
    for (const leg of call.legs) {
      const extension = leg.origin.extensionId === null ? undefined : directory.snapshot().extension(leg.origin.extensionId)
      if (extension?.recording === 'never' && (leg.state === 'answered' || leg.state === 'held')) {
        throw new Refusal('conflict', `Extension ${extension.number} is set up never to be recorded.`)
      }
    }
  }

  const start = async (call: Call, startedBy: string): Promise<RecordingFact> => {
    const { endpoint } = call.caller
    if (call.recording) throw new Refusal('conflict', 'This call is being recorded already.')
    if (call.state !== 'answered' || !endpoint) throw new Refusal('conflict', 'Only an answered call can be recorded.')
    refuseUnwanted(call)
    const id = newId()
    const day = new Date(call.startedAt).toISOString().slice(0, 10)
    const path = join(call.tenantId, day, `${id}.wav`)
    await mkdir(join(root, call.tenantId, day), { recursive: true, mode: 0o700 }).catch(refuseDisk)
    const recording = await endpoint.record({ path: join(root, path) })
    const running = { id, recording, paused: false, startedBy, startedAt: Date.now() }
    call.recording = running
    void leaveDirect(call)
    const fact = factOf(call, id, path, startedBy)
    facts.set(running, fact)
    journal.add(fact)
    // Whatever happens from here on, the database knows that there is a file.
    void journal.flush()
    void recording.finished.then((result) => finish(call, fact, result))
    call.changed()
    tellParties(call, rules.of(call.tenantId).notice)
    return fact
  }

  const steer = async (call: Call, action: 'pause' | 'resume' | 'stop', by: string): Promise<RunningRecording> => {
    const running = call.recording
    if (!running) throw new Refusal('conflict', 'This call is not being recorded.')
    if (action === 'stop') {
      await running.recording.stop()
      return running
    }
    const paused = action === 'pause'
    if (running.paused === paused) return running
    await running.recording[action]()
    running.paused = paused
    facts.get(running)?.marks.push({ at: Math.round((Date.now() - running.startedAt) / 10) / 100, kind: action, by })
    call.changed()
    if (!paused) tellParties(call, rules.of(call.tenantId).notice)
    return running
  }

  const finish = (call: Call, fact: RecordingFact, result: RecordingResult): void => {
    const failed = result.ended === 'disk-full' || result.ended === 'failed'
    const failure = failed ? (result.message ?? (result.ended === 'disk-full' ? 'The disk is full; the recording ends early.' : 'The recording could not be written.')) : null
    // They are of this thread's clock, the file is written by another's.
    const marks = fact.marks.map((mark) => ({ ...mark, at: Math.min(mark.at, result.seconds) }))
    journal.add({ ...fact, marks, status: failed ? 'failed' : 'finished', seconds: result.seconds, bytes: result.bytes, failure, ended_at: Date.now() / 1000 })
    void journal.flush().then(() => onFinished(journal.pending > 0))
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
      const running = await call.mailbox.run(() => steer(call, action, startedBy))
      const fact = facts.get(running)
      if (action !== 'stop' && fact) return infoOf(fact)
      await journal.flush()
      const row = await database.system('recording after a change', (trx) => trx<RecordingRow>('recordings').where({ id: running.id }).first())
      if (!row) throw new Refusal('unavailable', 'The recording was changed, but the database does not answer now. Look again in a moment.', { retryAfter: 5 })
      return recordingInfo(row as RecordingRow)
    },
    settle: () => journal.flush(),
    get pending() {
      return journal.pending > 0
    },
    close: () => journal.close(),
  }
}

function refuseDisk(error: unknown): never {
  throw new Refusal('unavailable', 'The recordings folder cannot be written. Check the free space and the rights of the data folder.', { cause: error })
}
