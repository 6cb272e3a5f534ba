import type { Logger } from '../../config/logger.ts'
import type { RingGroupRow } from '../../migrations/tables.ts'
import type { RingGroup, RingGroupInput } from '../door.ts'
import { createColumnRepository, type Columns } from './columns.ts'
import { checkRingGroup } from './input.ts'
import type { Directory, DirectorySnapshot } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const COLUMNS: Columns<RingGroupInput, RingGroupRow> = [
  ['number', 'number'], ['name', 'name'], ['strategy', 'strategy'], ['members', 'members'], ['ringSeconds', 'ring_seconds'], ['memberSeconds', 'member_seconds'], ['rounds', 'rounds'],
  ['skipBusy', 'skip_busy'], ['namePrefix', 'name_prefix'], ['alertInfo', 'alert_info'], ['noAnswer', 'no_answer'], ['missedCallMail', 'missed_call_mail'], ['greeting', 'greeting'], ['music', 'music'], ['enabled', 'enabled'],
]

/** Ring groups: what the panel and the API read and change. */
export function createRingGroupRepository(world: DirectoryWorld, around: { snapshot: () => DirectorySnapshot; logger: Logger }): Directory['ringGroups'] {
  const { database } = world
  const turns = new Map<string, number>()
  const repository = createColumnRepository<RingGroupRow, RingGroupInput, RingGroup>(world, { table: 'ring_groups', subject: 'ring-group', name: 'ring group', check: checkRingGroup, columns: COLUMNS, jsonb: new Set(['members']), add: ({ recording_seconds: recordingSeconds }) => ({ recordingSeconds }) })
  return {
    ...repository,
    async remove(actor, id) {
      await repository.remove(actor, id)
      turns.delete(id)
    },

    async setRecordingSeconds(actor, id, seconds) {
      await repository.get(actor, id)
      await database.change(actor, async (trx) => {
        await trx('ring_groups').where({ id }).update({ recording_seconds: seconds, version: trx.raw('version + 1'), updated_at: new Date() })
        return { result: undefined, audit: { action: 'ring-group.recording', subjectType: 'ring-group', subjectId: id, after: { seconds } } }
      })
      await world.refresh(actor.tenantId)
      return repository.get(actor, id)
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
