import type { Actor } from '../../config/actor.ts'
import type { Database, Knex, Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { CallPartyRow, CallRow, RecordingRow } from '../../migrations/tables.ts'
import type { CallFilter, CallPage, CallQuery, PastCall } from '../door.ts'
import { recordingInfo } from './recording-row.ts'
import { viewOf } from './row.ts'
import { settle, type Pending } from './settle.ts'

/** Reads the history of one tenant. */
export interface History {
  list(actor: Actor, filter: CallFilter): Promise<CallPage>
  find(actor: Actor, id: string): Promise<PastCall>
  /** Calls newest first, a batch at a time; without the recordings. */
  walk(actor: Actor, query: CallQuery): AsyncGenerator<PastCall[]>
}

/** Calls that a list counts and pages through; whoever looks for others asks for fewer days. */
const MOST_LISTED = 10_000
/** Numbers and names that a search may find before it reads calls instead: nearly all calls would be theirs. */
const MOST_PARTIES = 200
const BATCH = 1_000

/** @param journal what is still on its way to the database, and is written before anybody looks */
export function createHistory(database: Database, journal?: Pending): History {
  return {
    async list(actor, filter) {
      await settle(journal)
      return database.read(actor, async (trx) => {
        const start = (filter.page - 1) * filter.limit
        if (start >= MOST_LISTED) throw new Refusal('unprocessable', `Only the first ${MOST_LISTED} calls can be paged through. Choose fewer days, or something to search for.`)
        // Counted and paged in one go over narrow rows; plans and legs are read for the page only.
        const matching = trx<CallRow>('calls').select('id', 'started_at').limit(MOST_LISTED + 1)
        void matching.orderBy([{ column: filter.sort, order: filter.order }, { column: 'id', order: filter.order }])
        if (!(await narrow(trx, matching, filter))) return { rows: [], total: 0, more: false }
        const order = filter.order === 'asc' ? 'started_at, id' : 'started_at DESC, id DESC'
        const { rows: [found] } = (await trx.raw(
          `SELECT count(*)::int AS total, (array_agg(id ORDER BY ${order}))[?:?] AS ids, (array_agg(started_at::text ORDER BY ${order}))[?:?] AS times FROM (?) matching`,
          [start + 1, start + filter.limit, start + 1, start + filter.limit, matching],
        )) as { rows: [{ total: number; ids: string[]; times: string[] }] }
        const rows = (await trx<CallRow>('calls').whereRaw('id = ANY(?::uuid[]) AND started_at = ANY(?::timestamptz[])', [found.ids ?? [], found.times ?? []])) as CallRow[]
        const place = new Map((found.ids ?? []).map((id, at) => [id, at]))
        rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
        return { rows: await withRecordings(trx, rows), total: Math.min(found.total, MOST_LISTED), more: found.total > MOST_LISTED }
      })
    },
    find: (actor, id) =>
      database.read(actor, async (trx) => {
        const row = await trx<CallRow>('calls').where({ id }).first()
        const [call] = row ? await withRecordings(trx, [row as CallRow]) : []
        if (!call) throw new Refusal('not-found', 'There is no call with this id.')
        return call
      }),
    async *walk(actor, query) {
      await settle(journal)
      let last: { at: string; id: string } | undefined
      for (;;) {
        const rows = await database.read(actor, async (trx) => {
          const matching = trx<CallRow>('calls').select('*', trx.raw('started_at::text AS started_text')).orderBy([{ column: 'started_at', order: 'desc' }, { column: 'id', order: 'desc' }]).limit(BATCH)
          if (!(await narrow(trx, matching, query))) return []
          if (last) void matching.whereRaw('(started_at, id) < (?::timestamptz, ?::uuid)', [last.at, last.id])
          return (await matching) as (CallRow & { started_text: string })[]
        })
        const end = rows.at(-1)
        if (!end) return
        yield rows.map((row) => ({ ...viewOf(row), recordings: [] }))
        if (rows.length < BATCH) return
        last = { at: end.started_text, id: end.id }
      }
    },
  }
}

/** False when nothing can match. */
async function narrow(trx: Transaction, calls: Knex.QueryBuilder, query: CallQuery): Promise<boolean> {
  if (query.search && !(await narrowToParties(trx, calls, query.search))) return false
  const { extensionId } = query
  if (extensionId) calls.where((any) => any.where('caller_extension_id', extensionId).orWhere('callee_extension_id', extensionId))
  if (query.rootId) calls.where('root_id', query.rootId)
  if (query.rootIds) calls.whereRaw('root_id = ANY(?::uuid[])', [query.rootIds])
  if (query.clicked) calls.whereRaw(`root_id = id AND plan->'steps'->0->>'step' LIKE 'Click to dial %'`)
  if (query.result) calls.where('result', query.result)
  if (query.direction) calls.where('direction', query.direction)
  if (query.from) calls.where('started_at', '>=', query.from)
  if (query.to) calls.where('started_at', '<', query.to)
  return true
}

/**
 * Part of a number or name is looked for among the parties there ever were, which are few, and their calls by index. When it
 * is part of very many, the newest calls will do: they are read until there are enough.
 */
async function narrowToParties(trx: Transaction, calls: Knex.QueryBuilder, search: string): Promise<boolean> {
  const like = `%${search.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
  const parties = await trx<CallPartyRow>('call_parties').select('number', 'name').where((any) => any.whereILike('number', like).orWhereILike('name', like)).limit(MOST_PARTIES + 1)
  if (parties.length === 0) return false
  if (parties.length > MOST_PARTIES) {
    calls.where((any) => any.whereILike('from_number', like).orWhereILike('from_name', like).orWhereILike('to_number', like).orWhereILike('to_name', like))
    return true
  }
  const numbers = [...new Set(parties.map(({ number }) => number))]
  const pairs = parties.map(({ number, name }) => `${number}\n${name}`)
  const either = (side: 'from' | 'to'): string => `(${side}_number = ANY(:numbers) AND ${side}_number || E'\\n' || coalesce(${side}_name, '') = ANY(:pairs))`
  calls.whereRaw(`(${either('from')} OR ${either('to')})`, { numbers, pairs })
  return true
}

async function withRecordings(trx: Transaction, rows: CallRow[]): Promise<PastCall[]> {
  const recordings = rows.length === 0 ? [] : await trx<RecordingRow>('recordings').whereIn('call_id', rows.map((row) => row.id)).orderBy('started_at')
  return rows.map((row) => ({
    ...viewOf(row),
    recordings: recordings.filter((recording) => recording.call_id === row.id).map((recording) => recordingInfo(recording as RecordingRow)),
  }))
}
