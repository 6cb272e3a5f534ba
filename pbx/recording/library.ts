import type { Actor } from '../../config/actor.ts'
import type { AuditEntry, Database, Knex, Transaction } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { within } from '../../config/within.ts'
import type { SoundKeeper } from '../../media/contract.ts'
import type { RecordingRow } from '../../migrations/tables.ts'
import { recordingInfo } from '../cdr/recording-row.ts'
import type { Pbx, RecordingFilter, RecordingInfo } from '../door.ts'
import type { Events } from '../events/events.ts'
import { inside, partsOf } from './files.ts'
import type { RecordingKeys } from './keys.ts'
import { createListens } from './listens.ts'
import type { RecordingStore } from './store.ts'

/** Longest wait of a listener for a recording that is being stored at that moment. */
const STORING_MS = 20_000

export type Library = Omit<Pbx['recordings'], 'settings' | 'configure'> & {
  /** Removes the sound of one in the name of `by`. The row stays as the proof. */
  shred(actor: Actor, row: RecordingRow, by: string): Promise<boolean>
}

/** Finished recordings: finding, hearing, holding and deleting them. */
export function createLibrary(options: {
  database: Database; events: Events; logger: Logger; root: string; keys: RecordingKeys; sounds: SoundKeeper; store: RecordingStore
}): Library {
  const { database, events, logger, root, keys, sounds, store } = options
  const listens = createListens()

  const rowOf = (actor: Actor, id: string): Promise<RecordingRow> => database.read(actor, (trx) => findRow(trx, id))

  /** The row once its sound is stored. */
  const storedRow = async (actor: Actor, id: string): Promise<RecordingRow> => {
    const row = await rowOf(actor, id)
    if (row.status === 'deleted') throw new Refusal('gone', `This recording was deleted by ${row.deleted_by ?? 'somebody'}.`)
    if (row.status === 'recording') throw new Refusal('conflict', 'This call is still being recorded; it can be heard when the recording has ended.')
    if (row.stored_at !== null) return row
    if (row.path === '') throw new Refusal('gone', row.failure ?? 'Nothing was recorded.')
    await within(store.store(row), STORING_MS)
    const now = await rowOf(actor, id)
    if (now.stored_at === null) throw new Refusal('unavailable', 'This recording is being stored. Try again in a moment.', { retryAfter: 5 })
    return now
  }

  const shred = async (actor: Actor, row: RecordingRow, by: string): Promise<boolean> => {
    const gone = await database.change(actor, async (trx) => {
      const changed = await trx('recordings').where({ id: row.id }).whereNull('held_at').whereNotIn('status', ['deleted', 'recording'])
        .update({ status: 'deleted', path: '', peaks: null, stored_at: null, deleted_at: trx.fn.now(), deleted_by: by })
      const audit: AuditEntry = { action: 'recording.delete', subjectType: 'recording', subjectId: row.id, before: about(row) }
      if (changed === 0) throw new Refusal('conflict', 'This recording cannot be deleted now: it is under legal hold, or it goes on.')
      // The file goes before the transaction is over: a row that says deleted never has a file.
      const path = inside(root, row.path || 'none')
      for (const part of row.stored_at === null ? await partsOf(path) : [path]) await sounds.remove(part)
      return { result: true, audit }
    })
    events.emit('recording.deleted', row.tenant_id, { recordingId: row.id, callId: row.call_id, by })
    return gone
  }

  const holding = (actor: Actor, id: string, action: string, change: Partial<RecordingRow>): Promise<RecordingInfo> =>
    database.change(actor, async (trx) => {
      const before = await findRow(trx, id)
      if (before.status === 'deleted') throw new Refusal('gone', 'This recording was deleted.')
      const [after] = (await trx<RecordingRow>('recordings').where({ id }).update(change).returning('*')) as RecordingRow[]
      if (!after) throw notFound()
      return { result: recordingInfo(after), audit: { action, subjectType: 'recording', subjectId: id, before: { hold: before.hold_reason }, after: { hold: after.hold_reason } } }
    })

  return {
    list: (actor, filter) =>
      database.read(actor, async (trx) => {
        const matching = trx<RecordingRow>('recordings').modify((query) => narrow(query, filter))
        const [{ count } = { count: '0' }] = await matching.clone().count<{ count: string }[]>('* as count')
        const rows = (await matching
          .orderByRaw(`?? ${filter.order === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`, [filter.sort]).orderBy('id', filter.order)
          .limit(filter.limit).offset((filter.page - 1) * filter.limit)) as RecordingRow[]
        return { rows: rows.map(recordingInfo), total: Number(count) }
      }),
    get: async (actor, id) => recordingInfo(await rowOf(actor, id)),
    async open(actor, id, as, purpose) {
      const row = await storedRow(actor, id)
      const key = await keys.of(row.tenant_id)
      const path = inside(root, row.path)
      const sound = await (as === 'ogg' ? sounds.open(path, key, row.id) : sounds.openWav(path, key, row.id, row.rate ?? 8000)).catch((error: unknown) => {
        logger.error({ tenant: row.tenant_id, recording: id, err: error }, `a recording does not open: ${messageOf(error)}`)
        throw new Refusal('gone', 'The file of this recording is missing or was altered. The log says more.', { cause: error })
      })
      try {
        const hearing = `${id} ${purpose}`
        if (!listens.isGoingOn(actor.id, hearing)) {
          await database.change(actor, async () => ({ result: undefined, audit: { action: `recording.${purpose}`, subjectType: 'recording', subjectId: id } }))
          listens.began(actor.id, hearing)
        }
      } catch (error) {
        await sound.close()
        throw error
      }
      return { info: recordingInfo(row), bytes: sound.bytes, read: (start, end) => sound.read(start, end), close: () => sound.close() }
    },
    async peaks(actor, id) {
      const { peaks } = await storedRow(actor, id)
      const both = [...(peaks ?? [])]
      return { left: both.filter((_, i) => i % 2 === 0), right: both.filter((_, i) => i % 2 === 1) }
    },
    async remove(actor, id) {
      const row = await rowOf(actor, id)
      if (row.status === 'deleted') throw new Refusal('gone', 'This recording was deleted already.')
      await shred(actor, row, actor.name)
    },
    hold: (actor, id, reason) => holding(actor, id, 'recording.hold', { held_at: new Date(), held_by: actor.name, hold_reason: reason }),
    release: (actor, id) => holding(actor, id, 'recording.release', { held_at: null, held_by: null, hold_reason: null }),
    shred,
  }
}

async function findRow(trx: Transaction, id: string): Promise<RecordingRow> {
  const row = (await trx<RecordingRow>('recordings').where({ id }).first()) as RecordingRow | undefined
  if (!row) throw notFound()
  return row
}

const notFound = (): Refusal => new Refusal('not-found', 'There is no recording with this id.')

function about(row: RecordingRow): object {
  return { from: row.from_number, to: row.to_number, startedAt: row.started_at, seconds: row.seconds, sha256: row.sha256 }
}

function narrow(query: Knex.QueryBuilder, filter: RecordingFilter): void {
  if (filter.search) {
    const like = `%${filter.search.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
    query.where((any) => ['from_number', 'from_name', 'to_number', 'to_name'].reduce((some, column) => some.orWhereILike(column, like), any))
  }
  const { extensionId } = filter
  if (extensionId) query.where((any) => any.where('caller_extension_id', extensionId).orWhere('callee_extension_id', extensionId))
  if (filter.callId) query.where('call_id', filter.callId)
  if (filter.rootId) query.where('root_id', filter.rootId)
  if (filter.direction) query.where('direction', filter.direction)
  // The deleted are shown to who asks for them.
  if (filter.status) query.where('status', filter.status)
  else query.whereNot('status', 'deleted')
  if (filter.held !== undefined) query[filter.held ? 'whereNotNull' : 'whereNull']('held_at')
  if (filter.from) query.where('started_at', '>=', filter.from)
  if (filter.to) query.where('started_at', '<', filter.to)
}
