import { toJsonb } from '../../config/database/json.ts'
import type { Logger } from '../../config/logger.ts'
import type { RingGroupRow } from '../../migrations/tables.ts'
import type { RingGroup, RingGroupInput } from '../door.ts'
import { checkRingGroup } from './input.ts'
import { createNumberedRepository } from './numbered.ts'
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
  const repository = createNumberedRepository<RingGroupRow, RingGroupInput, RingGroup>(world, {
    table: 'ring_groups',
    subject: 'ring-group',
    name: 'ring group',
    check: checkRingGroup,
    toRow: (_actor, input) => toRow(input),
    show: (_trx, row) => toGroup(row),
    forAudit,
  })
  return {
    ...repository,
    async remove(actor, id) {
      await repository.remove(actor, id)
      turns.delete(id)
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
