/** Paging groups. */
import { z } from 'zod'
import { line, ownNumber, readVersion, stamps } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'

const members = z.array(z.uuid()).max(100).meta({ description: 'Extensions whose phones answer by themselves. Those who do not want to be disturbed, or take no paging, are left out.' })
const callers = z.array(z.string().min(1).max(16)).max(200).meta({ description: 'Extensions that may page, as numbers or patterns such as 2XX. Empty: all.' })
const answerSeconds = z.number().int().min(3).max(30).meta({ description: 'Seconds after which a phone that has not answered is let go.' })
const twoWay = z.boolean().meta({ description: 'Those who are paged are heard, too, by everybody.' })
const skipBusy = z.boolean().meta({ description: 'Extensions in a call are left alone. Who calls for help always is.' })
const fromOutside = z.boolean().meta({ description: 'Callers from outside may be led here.' })

const PagingGroup = z
  .object({ id: z.uuid(), number: z.string(), name: z.string(), members, callers, twoWay, skipBusy, answerSeconds, fromOutside, enabled: z.boolean(), ...stamps })
  .meta({ id: 'PagingGroup', description: 'A number that is heard on the phones of many at once.' })

const options = {
  members: members.optional(), callers: callers.optional(), twoWay: twoWay.optional(), skipBusy: skipBusy.optional(), answerSeconds: answerSeconds.optional(), fromOutside: fromOutside.optional(), enabled: z.boolean().optional(),
}
export const PagingGroupCreate = z.strictObject({ number: ownNumber, name: line(100), ...options }).meta({ id: 'PagingGroupCreate' })
const PagingGroupUpdate = z.strictObject({ number: ownNumber.optional(), name: line(100).optional(), ...options, version: readVersion }).meta({ id: 'PagingGroupUpdate' })

export const pagingRoutes = keptRoutes({
  path: '/paging-groups', one: 'PagingGroup', many: 'PagingGroups', tag: 'Paging groups', read: 'extensions.read', write: 'extensions.write',
  words: { list: 'Paging groups, by number', create: 'Add a paging group', get: 'A paging group', update: 'Change a paging group', remove: 'Remove a paging group' },
  shown: PagingGroup, create: PagingGroupCreate, update: PagingGroupUpdate, kept: ({ pagingGroups }) => pagingGroups, present: stamped,
})
