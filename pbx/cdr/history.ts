import type { Actor } from '../../config/actor.ts'
import type { Database, Knex, Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { CallRow, RecordingRow } from '../../migrations/tables.ts'
import type { CallFilter, Paged, PastCall } from '../door.ts'
import { recordingInfo } from './recording-row.ts'
import { viewOf } from './row.ts'

/** Reads the history of one tenant. */
export interface History {
  list(actor: Actor, filter: CallFilter): Promise<Paged<PastCall>>
  find(actor: Actor, id: string): Promise<PastCall>
}

export function createHistory(database: Database): History {
  return {
    list: (actor, filter) =>
      database.read(actor, async (trx) => {
        const matching = trx<CallRow>('calls').modify((query) => narrow(query, filter))
        const [{ count } = { count: '0' }] = await matching.clone().count<{ count: string }[]>('* as count')
        const rows = (await matching
          .orderBy([{ column: filter.sort, order: filter.order }, { column: 'id', order: filter.order }])
          .limit(filter.limit)
          .offset((filter.page - 1) * filter.limit)) as CallRow[]
        return { rows: await withRecordings(trx, rows), total: Number(count) }
      }),
    find: (actor, id) =>
      database.read(actor, async (trx) => {
        const row = await trx<CallRow>('calls').where({ id }).first()
        const [call] = row ? await withRecordings(trx, [row as CallRow]) : []
        if (!call) throw new Refusal('not-found', 'There is no call with this id.')
        return call
      }),
  }
}

function narrow(query: Knex.QueryBuilder, filter: CallFilter): void {
  if (filter.search) {
    const like = `%${filter.search.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
    query.where((any) => any.whereILike('from_number', like).orWhereILike('from_name', like).orWhereILike('to_number', like).orWhereRaw("plan->>'toName' ILIKE ?", [like]))
  }
  const { extensionId } = filter
  if (extensionId) query.where((any) => any.where('caller_extension_id', extensionId).orWhere('callee_extension_id', extensionId))
  if (filter.rootId) query.where('root_id', filter.rootId)
  if (filter.result) query.where('result', filter.result)
  if (filter.from) query.where('started_at', '>=', filter.from)
  if (filter.to) query.where('started_at', '<', filter.to)
}

async function withRecordings(trx: Transaction, rows: CallRow[]): Promise<PastCall[]> {
  const recordings = rows.length === 0 ? [] : await trx<RecordingRow>('recordings').whereIn('call_id', rows.map((row) => row.id)).orderBy('started_at')
  return rows.map((row) => ({
    ...viewOf(row),
    recordings: recordings.filter((recording) => recording.call_id === row.id).map((recording) => recordingInfo(recording as RecordingRow)),
  }))
}
