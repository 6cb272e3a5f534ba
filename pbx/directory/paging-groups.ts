import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { PagingGroupRow } from '../../migrations/tables.ts'
import type { PagingGroup, PagingGroupInput, PagingGroups } from '../door.ts'
import { createColumnRepository, seen, type Columns } from './columns.ts'
import { checkNumberAndName, checkRange } from './input.ts'
import { checkCallers } from './input-lines.ts'
import type { SnapshotPagingGroup } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const COLUMNS: Columns<PagingGroupInput, PagingGroupRow> = [
  ['number', 'number'], ['name', 'name'], ['members', 'members'], ['callers', 'callers'], ['twoWay', 'two_way'], ['skipBusy', 'skip_busy'], ['answerSeconds', 'answer_seconds'],
  ['fromOutside', 'from_outside'], ['enabled', 'enabled'],
]
const MOST_MEMBERS = 100

/** Paging groups: what the panel and the API read and change. */
export function createPagingGroupRepository(world: DirectoryWorld): PagingGroups {
  return createColumnRepository<PagingGroupRow, PagingGroupInput, PagingGroup>(world, {
    table: 'paging_groups', subject: 'paging-group', name: 'paging group', check: checkPagingGroup, columns: COLUMNS, jsonb: new Set(['members', 'callers']),
  })
}

export const toPagingGroup = (row: PagingGroupRow): SnapshotPagingGroup => seen<SnapshotPagingGroup, PagingGroupRow>(COLUMNS, row)

/** @throws Refusal `unprocessable` that names every wrong field */
function checkPagingGroup<T extends Partial<PagingGroupInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  checkRange(input.answerSeconds, 'answerSeconds', 'The time for phones to answer in seconds', 3, 30, details)
  if (input.members !== undefined) {
    checked.members = [...new Set(input.members)]
    if (checked.members.length > MOST_MEMBERS) details.push({ field: 'members', message: `A paging group has at most ${MOST_MEMBERS} members.` })
  }
  if (input.callers !== undefined) checked.callers = checkCallers(input.callers, details)
  refuseWrong(details)
  return checked
}
