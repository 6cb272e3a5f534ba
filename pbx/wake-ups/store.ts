import type { Actor } from '../../config/actor.ts'
import { isUniqueViolation } from '../../config/database/failure.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { WakeUpRow } from '../../migrations/tables.ts'
import type { Directory } from '../directory/types.ts'
import type { WakeUp, WakeUpInput, WakeUps } from '../door.ts'
import { nextDay, wallClock } from './due.ts'

/** Of one extension. */
const MOST = 10
const FARTHEST_DAYS = 400
const DAY_MS = 86_400_000

export interface WakeUpStore extends WakeUps {
  /** Of one extension, by time. */
  of(actor: Actor, extensionId: string): Promise<WakeUp[]>
  /** Sets one, in the place of that for the same time. */
  set(actor: Actor, input: WakeUpInput): Promise<WakeUp>
  /** Removes all of an extension. @returns how many */
  cancel(actor: Actor, extensionId: string): Promise<number>
}

export function createWakeUpStore({ database, directory, now }: { database: Database; directory: Pick<Directory, 'snapshot'>; now: () => number }): WakeUpStore {
  const zoneOf = (tenantId: string): string => directory.snapshot().tenant(tenantId)?.timeZone ?? 'UTC'
  const gone = (): Refusal => new Refusal('not-found', 'There is no such wake-up call. It may have been made.')
  const rowOf = async (trx: Transaction, id: string): Promise<WakeUpRow> => {
    const row = (await trx<WakeUpRow>('wake_ups').where({ id }).forUpdate().first()) as WakeUpRow | undefined
    if (!row) throw gone()
    return row
  }
  const list = (actor: Actor, where: object): Promise<WakeUp[]> => database.read(actor, async (trx) => ((await trx<WakeUpRow>('wake_ups').where(where).orderBy(['next_on', 'time', 'id'])) as WakeUpRow[]).map(show))

  /** The columns of what was given, as it will be; a new day or time begins anew. */
  const columns = (tenantId: string, { time, repeats, on }: Pick<WakeUpInput, 'time' | 'on'> & Pick<WakeUp, 'repeats'>): Pick<WakeUpRow, 'time' | 'repeats' | 'next_on' | 'stage' | 'tries' | 'try_at'> => {
    if (!/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/.test(time)) throw wrongField('time', 'A time has hours and minutes, such as 07:30.')
    const zone = zoneOf(tenantId)
    const here = wallClock(now(), zone)
    if (on != null) {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(on) || Number.isNaN(Date.parse(on)) || new Date(Date.parse(on)).toISOString().slice(0, 10) !== on) throw wrongField('on', 'A day is written as 2026-11-28.')
      if (on < here.day || (on === here.day && time <= here.time)) throw wrongField('on', `This is over: it is ${here.day} ${here.time} in ${zone}.`)
      if (Date.parse(on) - now() > FARTHEST_DAYS * DAY_MS) throw wrongField('on', `A wake-up call is at most ${FARTHEST_DAYS} days ahead.`)
    }
    return { time, repeats, next_on: on ?? nextDay(time, repeats, zone, now()), stage: 'wake', tries: 0, try_at: null }
  }
  const extensionOf = (tenantId: string, extensionId: string): string => {
    if (directory.snapshot().extension(extensionId)?.tenantId !== tenantId) throw wrongField('extensionId', 'There is no such extension.')
    return extensionId
  }
  const refuseTaken = (error: unknown, time: string): never => {
    if (isUniqueViolation(error, 'wake_ups_once_a_time')) throw new Refusal('conflict', `This extension is woken at ${time} already.`, { details: [{ field: 'time', message: `This extension is woken at ${time} already.` }] })
    throw error
  }
  const insert = async (actor: Actor, input: WakeUpInput, replacing: boolean): Promise<WakeUp> => {
    const extensionId = extensionOf(actor.tenantId, input.extensionId)
    const values = columns(actor.tenantId, { time: input.time, repeats: input.repeats ?? 'once', on: input.on ?? null })
    return database.change(actor, async (trx) => {
      // Two at once count after one another.
      const there = (await trx<WakeUpRow>('wake_ups').where({ extension_id: extensionId }).forUpdate()) as WakeUpRow[]
      const same = replacing ? there.find(({ time }) => time === input.time) : undefined
      if (same) {
        const [after] = (await trx<WakeUpRow>('wake_ups').where({ id: same.id }).update({ ...values, version: same.version + 1, updated_at: new Date(now()) }).returning('*')) as [WakeUpRow]
        return { result: show(after), audit: { action: 'wake-up.update', subjectType: 'wake-up', subjectId: same.id, before: forAudit(same), after: forAudit(after) } }
      }
      if (there.length >= MOST) throw new Refusal('conflict', `An extension has at most ${MOST} wake-up calls.`)
      const [row] = (await trx<WakeUpRow>('wake_ups').insert({ id: newId(), tenant_id: actor.tenantId, extension_id: extensionId, ...values }).returning('*')) as [WakeUpRow]
      return { result: show(row), audit: { action: 'wake-up.create', subjectType: 'wake-up', subjectId: row.id, after: forAudit(row) } }
    }).catch((error: unknown) => refuseTaken(error, input.time))
  }

  return {
    list: (actor) => list(actor, {}),
    of: (actor, extensionId) => list(actor, { extension_id: extensionId }),
    get: (actor, id) => database.read(actor, async (trx) => {
      const row = (await trx<WakeUpRow>('wake_ups').where({ id }).first()) as WakeUpRow | undefined
      if (!row) throw gone()
      return show(row)
    }),
    create: (actor, input) => insert(actor, input, false),
    set: (actor, input) => insert(actor, input, true),
    async update(actor, id, input, version) {
      const extensionId = input.extensionId === undefined ? undefined : extensionOf(actor.tenantId, input.extensionId)
      return database.change(actor, async (trx) => {
        const before = await rowOf(trx, id)
        if (version !== undefined && version !== before.version) throw new Refusal('conflict', 'It was changed since you read it. Read it again.')
        const { time = before.time, repeats = before.repeats } = input
        const values = columns(actor.tenantId, { time, repeats, on: input.on === undefined && repeats === 'once' && before.repeats === 'once' && time === before.time ? before.next_on : (input.on ?? null) })
        const [after] = (await trx<WakeUpRow>('wake_ups').where({ id }).update({ ...values, ...(extensionId !== undefined && { extension_id: extensionId }), version: before.version + 1, updated_at: new Date(now()) }).returning('*')) as [WakeUpRow]
        return { result: show(after), audit: { action: 'wake-up.update', subjectType: 'wake-up', subjectId: id, before: forAudit(before), after: forAudit(after) } }
      }).catch((error: unknown) => refuseTaken(error, input.time ?? ''))
    },
    async remove(actor, id) {
      await database.change(actor, async (trx) => {
        const row = await rowOf(trx, id)
        await trx('wake_ups').where({ id }).delete()
        return { result: undefined, audit: { action: 'wake-up.delete', subjectType: 'wake-up', subjectId: id, before: forAudit(row) } }
      })
    },
    cancel: (actor, extensionId) => database.change(actor, async (trx) => {
      const rows = (await trx<WakeUpRow>('wake_ups').where({ extension_id: extensionId }).delete().returning('*')) as WakeUpRow[]
      return { result: rows.length, audit: rows.map((row) => ({ action: 'wake-up.delete', subjectType: 'wake-up', subjectId: row.id, before: forAudit(row) })) }
    }),
  }
}

function show(row: WakeUpRow): WakeUp {
  return {
    id: row.id, extensionId: row.extension_id, time: row.time, repeats: row.repeats, on: row.next_on,
    state: row.stage === 'desk' ? 'desk' : row.tries > 0 || row.try_at !== null ? 'due' : 'waiting',
    last: row.last_result === null || row.last_at === null ? null : { result: row.last_result, at: row.last_at },
    version: row.version, createdAt: row.created_at, updatedAt: row.updated_at,
  }
}

const forAudit = (row: WakeUpRow): Record<string, unknown> => ({ extensionId: row.extension_id, time: row.time, repeats: row.repeats, on: row.next_on })
