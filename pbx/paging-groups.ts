import { wrongField } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { PagingGroups } from './door.ts'
import { guardNumbered } from './numbered.ts'

/** Paging groups, of which every member must be an extension. */
export function guardPagingGroups(directory: Directory): PagingGroups {
  return guardNumbered(directory.pagingGroups, {
    directory,
    find: (id) => directory.snapshot().pagingGroup(id),
    check(tenantId, _before, { members = [] }) {
      const snapshot = directory.snapshot()
      if (members.some((id) => snapshot.extension(id)?.tenantId !== tenantId)) throw wrongField('members', 'One of the members is no extension.')
    },
  })
}
