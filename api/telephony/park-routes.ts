/** Park lots, and the calls that wait in them. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { dialled, instant, isoOf, line, orNull, ownNumber, readVersion, stamps } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'

const tag = 'Parking'

const ParkLot = z
  .object({
    id: z.uuid(),
    number: z.string().meta({ description: 'Calls that are transferred here get the first free slot. A phone that dials it is told one.' }),
    name: z.string(),
    firstSlot: z.string().meta({ description: 'The first slot, as it is dialled to fetch a call.' }),
    lastSlot: z.string(),
    timeoutSeconds: z.number().int().meta({ description: 'Seconds after which a call returns.' }),
    returnTo: z.string().nullable().meta({ description: 'Where it returns to; null: to who parked it.' }),
    enabled: z.boolean(),
    ...stamps,
  })
  .meta({ id: 'ParkLot', description: 'A place where calls wait until somebody fetches them from any phone.' })

const options = { timeoutSeconds: z.number().int().min(10).max(3600).optional(), returnTo: dialled.nullable().optional(), enabled: z.boolean().optional() }
export const ParkLotCreate = z.strictObject({ number: ownNumber, name: line(100), firstSlot: ownNumber, lastSlot: ownNumber, ...options }).meta({ id: 'ParkLotCreate' })
const ParkLotUpdate = z
  .strictObject({
    number: ownNumber.optional(), name: line(100).optional(), firstSlot: ownNumber.optional(), lastSlot: ownNumber.optional(), ...options,
    version: readVersion,
  })
  .meta({ id: 'ParkLotUpdate' })

const ParkedCall = z
  .object({
    lotId: z.uuid(),
    slot: z.string(),
    callId: z.uuid(),
    number: z.string().meta({ description: 'Who waits.' }),
    name: z.string().nullable(),
    by: orNull(z.object({ number: z.string(), extensionId: z.uuid().nullable() }).meta({ id: 'Parker' })).meta({ description: 'Who parked it; null: nobody of the house.' }),
    since: instant,
    until: instant.meta({ description: 'When it returns.' }),
  })
  .meta({ id: 'ParkedCall' })

const listParkedCalls = defineRoute({
  method: 'get', path: '/parked-calls', operationId: 'listParkedCalls', summary: 'Calls that wait now, by slot', tag, permission: 'calls.read', response: z.object({ data: z.array(ParkedCall) }),
  handle: async ({ world, actor }) => ({ data: world.pbx.parkLots.parked(actor).map(({ since, until, ...parked }) => ({ ...parked, since: isoOf(since), until: isoOf(until) })) }),
})

export const parkRoutes = [
  ...keptRoutes({
    path: '/park-lots', one: 'ParkLot', many: 'ParkLots', tag, read: 'extensions.read', write: 'extensions.write',
    words: { list: 'Park lots, by number', create: 'Add a park lot', get: 'A park lot', update: 'Change a park lot', remove: 'Remove a park lot' }, more: { remove: 'Calls that wait in it still return.' },
    shown: ParkLot, create: ParkLotCreate, update: ParkLotUpdate, kept: ({ parkLots }) => parkLots, present: stamped,
  }),
  listParkedCalls,
]
