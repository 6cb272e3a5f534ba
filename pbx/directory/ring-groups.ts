import { newId } from '../../config/ids.ts'
import { toJsonb } from '../../config/database/json.ts'
import { isUniqueViolation } from '../../config/database/failure.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { RingGroupRow } from '../../migrations/tables.ts'
import type { RingGroup, RingGroupInput } from '../door.ts'
import { checkRingGroup, numberTaken, outdated } from './input.ts'
import type { Directory, DirectorySnapshot } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const COLUMNS: readonly (readonly [keyof RingGroupInput, keyof RingGroupRow])[] = [
  ['number', 'number'], ['name', 'name'], ['strategy', 'strategy'], ['members', 'members'], ['ringSeconds', 'ring_seconds'], ['memberSeconds', 'member_seconds'],
  ['skipBusy', 'skip_busy'], ['namePrefix', 'name_prefix'], ['alertInfo', 'alert_info'], ['noAnswer', 'no_answer'], ['enabled', 'enabled'],
]

/** Ring groups: what the panel and the API read and change. */
export function createRingGroupRepository(world: DirectoryWorld, around: { snapshot: () => DirectorySnapshot; logger: Logger }): Directory['ringGroups'] {
  const { database } = world
  const turns = new Map<string, number>()
  return {
    list: (actor) => database.read(actor, async (trx) => (await trx<RingGroupRow>('ring_groups').orderByRaw('length(number), number')).map(toGroup)),

    get: (actor, id) =>
      database.read(actor, async (trx) => {
        const row = await trx<RingGroupRow>('ring_groups').where({ id }).first()
        if (!row) throw notFound()
        return toGroup(row)
      }),

    async create(actor, input) {
      const values = checkRingGroup(input)
      const created = await database
        .change(actor, async (trx) => {
          const now = new Date()
          const row = { ...toRow(values), id: newId(), tenant_id: actor.tenantId, created_at: now, updated_at: now }
          const [inserted] = await trx<RingGroupRow>('ring_groups').insert(row as RingGroupRow).returning('*')
          const after = inserted as RingGroupRow
          return { result: toGroup(after), audit: { action: 'ring-group.create', subjectType: 'ring-group', subjectId: after.id, after: forAudit(after) } }
        })
        .catch((error: unknown) => {
          throw taken(error, input.number)
        })
      await world.refresh(actor.tenantId)
      return created
    },

    async update(actor, id, input, version) {
      const values = checkRingGroup(input)
      const updated = await database
        .change(actor, async (trx) => {
          const before = await trx<RingGroupRow>('ring_groups').where({ id }).forUpdate().first()
          if (!before) throw notFound()
          if (version !== undefined && version !== before.version) throw outdated()
          const row = { ...toRow(values), version: before.version + 1, updated_at: new Date() }
          const [changed] = await trx<RingGroupRow>('ring_groups').where({ id }).update(row as Partial<RingGroupRow>).returning('*')
          const after = changed as RingGroupRow
          return { result: toGroup(after), audit: { action: 'ring-group.update', subjectType: 'ring-group', subjectId: id, before: forAudit(before), after: forAudit(after) } }
        })
        .catch((error: unknown) => {
          throw taken(error, input.number ?? '')
        })
      await world.refresh(actor.tenantId)
      return updated
    },

    async remove(actor, id) {
      await database.change(actor, async (trx) => {
        const [row] = await trx<RingGroupRow>('ring_groups').where({ id }).delete().returning('*')
        if (!row) throw notFound()
        return { result: undefined, audit: { action: 'ring-group.delete', subjectType: 'ring-group', subjectId: id, before: forAudit(row) } }
      })
      turns.delete(id)
      await world.refresh(actor.tenantId)
    },

    takeTurn(id) {
      const turn = turns.get(id) ?? around.snapshot().ringGroup(id)?.nextMember ?? 0
      turns.set(id, turn + 1)
      // A turn lost to a crash costs nobody anything.
      database
        .system('the turn of a ring group', (trx) => trx('ring_groups').where({ id }).update({ next_member: (turn + 1) % 1_000_000 }))
        .catch((error: unknown) => around.logger.warn({ err: error, ringGroup: id }, 'whose turn it is in a ring group was not saved'))
      return turn
    },
  }
}

function toGroup(row: RingGroupRow): RingGroup {
  return {
    id: row.id, number: row.number, name: row.name, strategy: row.strategy, members: row.members, ringSeconds: row.ring_seconds, memberSeconds: row.member_seconds,
    skipBusy: row.skip_busy, namePrefix: row.name_prefix, alertInfo: row.alert_info, noAnswer: row.no_answer, enabled: row.enabled, version: row.version,
    createdAt: row.created_at, updatedAt: row.updated_at,
  }
}

/** Only what was given; the rest keeps its value, or gets the table's default. */
function toRow(input: Partial<RingGroupInput>): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [field, column] of COLUMNS) if (input[field] !== undefined) row[column] = field === 'members' ? toJsonb(input.members ?? []) : input[field]
  return row
}

function forAudit(row: RingGroupRow): Record<string, unknown> {
  return Object.fromEntries(COLUMNS.map(([field, column]) => [field, row[column]]))
}

function notFound(): Refusal {
  return new Refusal('not-found', 'There is no such ring group.')
}

function taken(error: unknown, number: string): unknown {
  if (isUniqueViolation(error, 'ring_groups_tenant_id_number_key')) return numberTaken(`There is already a ring group ${number}.`)
  return isUniqueViolation(error, 'dialled_numbers_pkey') ? numberTaken(`The number ${number} is in use already.`) : error
}
