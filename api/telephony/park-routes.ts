/** Park lots, and the calls that wait in them. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { given, instant, isoOf, line, orNull } from '../http/fields.ts'
import type { ParkLot as ParkLotOfPbx } from '../../pbx/index.ts'

const tag = 'Parking'
const number = z.string().regex(/^[0-9]{2,15}$/, 'must be 2 to 15 digits')
const target = z.string().regex(/^[+*]?[0-9 .()-]{2,30}$/, 'must be a number that can be dialled')

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
    version: z.number().int(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'ParkLot', description: 'A place where calls wait until somebody fetches them from any phone.' })

const options = { timeoutSeconds: z.number().int().min(10).max(3600).optional(), returnTo: target.nullable().optional(), enabled: z.boolean().optional() }
const ParkLotCreate = z.strictObject({ number, name: line(100), firstSlot: number, lastSlot: number, ...options }).meta({ id: 'ParkLotCreate' })
const ParkLotUpdate = z
  .strictObject({
    number: number.optional(), name: line(100).optional(), firstSlot: number.optional(), lastSlot: number.optional(), ...options,
    version: z.number().int().min(1).optional().meta({ description: 'The version that was read; refused with 409 when it has changed since. If-Match does the same.' }),
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

const present = ({ createdAt, updatedAt, ...lot }: ParkLotOfPbx): z.input<typeof ParkLot> => ({ ...lot, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) })

const listParkLots = defineRoute({
  method: 'get', path: '/park-lots', operationId: 'listParkLots', summary: 'Park lots, by number', tag, permission: 'extensions.read', response: z.object({ data: z.array(ParkLot) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.parkLots.list(actor)).map(present) }),
})

const listParkedCalls = defineRoute({
  method: 'get', path: '/parked-calls', operationId: 'listParkedCalls', summary: 'Calls that wait now, by slot', tag, permission: 'calls.read', response: z.object({ data: z.array(ParkedCall) }),
  handle: async ({ world, actor }) => ({ data: world.pbx.parkLots.parked(actor).map(({ since, until, ...parked }) => ({ ...parked, since: isoOf(since), until: isoOf(until) })) }),
})

const createParkLot = defineRoute({
  method: 'post', path: '/park-lots', operationId: 'createParkLot', summary: 'Add a park lot', tag, permission: 'extensions.write', body: ParkLotCreate, status: 201, response: one(ParkLot),
  handle: async ({ world, actor, body }) => ({ data: present(await world.pbx.parkLots.create(actor, given(body))) }),
})

const getParkLot = defineRoute({
  method: 'get', path: '/park-lots/{id}', operationId: 'getParkLot', summary: 'A park lot', tag, permission: 'extensions.read', params: idParams, response: one(ParkLot),
  handle: async ({ world, actor, params }) => ({ data: present(await world.pbx.parkLots.get(actor, params.id)) }),
})

const updateParkLot = defineRoute({
  method: 'patch', path: '/park-lots/{id}', operationId: 'updateParkLot', summary: 'Change a park lot', tag, permission: 'extensions.write', params: idParams, body: ParkLotUpdate, versioned: true, response: one(ParkLot),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: present(await world.pbx.parkLots.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteParkLot = defineRoute({
  method: 'delete', path: '/park-lots/{id}', operationId: 'deleteParkLot', summary: 'Remove a park lot', description: 'Calls that wait in it still return.', tag, permission: 'extensions.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.parkLots.remove(actor, params.id)
    return done
  },
})

export const parkRoutes = [listParkLots, listParkedCalls, createParkLot, getParkLot, updateParkLot, deleteParkLot]
