import { keptRoutes, stamped } from '../http/kept-routes.ts'
import { RingGroup, RingGroupCreate, RingGroupUpdate } from './ring-group-schemas.ts'

export const ringGroupRoutes = keptRoutes({
  path: '/ring-groups', one: 'RingGroup', many: 'RingGroups', tag: 'Ring groups', read: 'extensions.read', write: 'extensions.write',
  words: { list: 'Ring groups, by number', create: 'Add a ring group', get: 'A ring group', update: 'Change a ring group', remove: 'Remove a ring group' },
  shown: RingGroup, create: RingGroupCreate, update: RingGroupUpdate, kept: ({ ringGroups }) => ringGroups,
  present: ({ members, ...group }) => ({ ...stamped(group), members: members.map(({ extensionId, number, delaySeconds, ringSeconds, confirm }) => ({ extensionId, number, delaySeconds, ringSeconds, confirm })) }),
})
