/** Lines to the outside: trunks, the numbers that lead in, and the ways out. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { given, isoOf } from '../http/fields.ts'
import type { InboundNumber as InboundNumberOfPbx, OutboundRoute as OutboundRouteOfPbx, Trunk as TrunkOfPbx, TrunkStatus as TrunkStatusOfPbx } from '../../pbx/index.ts'
import { InboundNumber, InboundNumberCreate, InboundNumberUpdate, OutboundRoute, OutboundRouteCreate, OutboundRouteUpdate, Trunk, TrunkCreate, TrunkUpdate } from './schemas.ts'

const time = (ms: number): string => new Date(ms).toISOString()

function presentTrunk({ createdAt, updatedAt, status: { registration, ...status }, ...trunk }: TrunkOfPbx & { status: TrunkStatusOfPbx }): z.input<typeof Trunk> {
  return {
    ...trunk, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt),
    status: {
      ...status,
      registration: registration && {
        state: registration.state, since: time(registration.since), expiresAt: registration.expiresAt === null ? null : time(registration.expiresAt), nextTry: registration.nextTry === null ? null : time(registration.nextTry),
      },
    },
  }
}

function presentInboundNumber({ createdAt, updatedAt, ...number }: InboundNumberOfPbx): z.input<typeof InboundNumber> {
  return { ...number, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) }
}

function presentOutboundRoute({ createdAt, updatedAt, ...route }: OutboundRouteOfPbx): z.input<typeof OutboundRoute> {
  return { ...route, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) }
}

const listTrunks = defineRoute({
  method: 'get', path: '/trunks', operationId: 'listTrunks', summary: 'Lines to carriers, with how each is now, by name', tag: 'Trunks', permission: 'trunks.read', response: z.object({ data: z.array(Trunk) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.trunks.list(actor)).map(presentTrunk) }),
})

const createTrunk = defineRoute({
  method: 'post', path: '/trunks', operationId: 'createTrunk', summary: 'Add a trunk', tag: 'Trunks', permission: 'trunks.write', body: TrunkCreate, status: 201, response: one(Trunk),
  handle: async ({ world, actor, body }) => ({ data: presentTrunk(await world.pbx.trunks.create(actor, given(body))) }),
})

const getTrunk = defineRoute({
  method: 'get', path: '/trunks/{id}', operationId: 'getTrunk', summary: 'A trunk', tag: 'Trunks', permission: 'trunks.read', params: idParams, response: one(Trunk),
  handle: async ({ world, actor, params }) => ({ data: presentTrunk(await world.pbx.trunks.get(actor, params.id)) }),
})

const updateTrunk = defineRoute({
  method: 'patch', path: '/trunks/{id}', operationId: 'updateTrunk', summary: 'Change a trunk', tag: 'Trunks', permission: 'trunks.write', params: idParams, body: TrunkUpdate, versioned: true, response: one(Trunk),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentTrunk(await world.pbx.trunks.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteTrunk = defineRoute({
  method: 'delete', path: '/trunks/{id}', operationId: 'deleteTrunk', summary: 'Remove a trunk', tag: 'Trunks', permission: 'trunks.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.trunks.remove(actor, params.id)
    return done
  },
})

const testTrunk = defineRoute({
  method: 'post', path: '/trunks/{id}/test', operationId: 'testTrunk', summary: 'Ask the carrier now: register anew, or send OPTIONS', tag: 'Trunks', permission: 'trunks.write', params: idParams, response: one(Trunk),
  handle: async ({ world, actor, params }) => ({ data: presentTrunk(await world.pbx.trunks.test(actor, params.id)) }),
})

const listInboundNumbers = defineRoute({
  method: 'get', path: '/inbound-numbers', operationId: 'listInboundNumbers', summary: 'Numbers that carriers send calls for', tag: 'Inbound numbers', permission: 'trunks.read', response: z.object({ data: z.array(InboundNumber) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.inboundNumbers.list(actor)).map(presentInboundNumber) }),
})

const createInboundNumber = defineRoute({
  method: 'post', path: '/inbound-numbers', operationId: 'createInboundNumber', summary: 'Add an inbound number', tag: 'Inbound numbers', permission: 'trunks.write', body: InboundNumberCreate, status: 201, response: one(InboundNumber),
  handle: async ({ world, actor, body }) => ({ data: presentInboundNumber(await world.pbx.inboundNumbers.create(actor, given(body))) }),
})

const getInboundNumber = defineRoute({
  method: 'get', path: '/inbound-numbers/{id}', operationId: 'getInboundNumber', summary: 'An inbound number', tag: 'Inbound numbers', permission: 'trunks.read', params: idParams, response: one(InboundNumber),
  handle: async ({ world, actor, params }) => ({ data: presentInboundNumber(await world.pbx.inboundNumbers.get(actor, params.id)) }),
})

const updateInboundNumber = defineRoute({
  method: 'patch', path: '/inbound-numbers/{id}', operationId: 'updateInboundNumber', summary: 'Change an inbound number', tag: 'Inbound numbers', permission: 'trunks.write', params: idParams, body: InboundNumberUpdate, versioned: true, response: one(InboundNumber),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentInboundNumber(await world.pbx.inboundNumbers.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteInboundNumber = defineRoute({
  method: 'delete', path: '/inbound-numbers/{id}', operationId: 'deleteInboundNumber', summary: 'Remove an inbound number', tag: 'Inbound numbers', permission: 'trunks.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.inboundNumbers.remove(actor, params.id)
    return done
  },
})

const listOutboundRoutes = defineRoute({
  method: 'get', path: '/outbound-routes', operationId: 'listOutboundRoutes', summary: 'Which calls go out over which trunks, in order', tag: 'Outbound routes', permission: 'trunks.read', response: z.object({ data: z.array(OutboundRoute) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.outboundRoutes.list(actor)).map(presentOutboundRoute) }),
})

const createOutboundRoute = defineRoute({
  method: 'post', path: '/outbound-routes', operationId: 'createOutboundRoute', summary: 'Add an outbound route', tag: 'Outbound routes', permission: 'trunks.write', body: OutboundRouteCreate, status: 201, response: one(OutboundRoute),
  handle: async ({ world, actor, body }) => ({ data: presentOutboundRoute(await world.pbx.outboundRoutes.create(actor, given(body))) }),
})

const getOutboundRoute = defineRoute({
  method: 'get', path: '/outbound-routes/{id}', operationId: 'getOutboundRoute', summary: 'An outbound route', tag: 'Outbound routes', permission: 'trunks.read', params: idParams, response: one(OutboundRoute),
  handle: async ({ world, actor, params }) => ({ data: presentOutboundRoute(await world.pbx.outboundRoutes.get(actor, params.id)) }),
})

const updateOutboundRoute = defineRoute({
  method: 'patch', path: '/outbound-routes/{id}', operationId: 'updateOutboundRoute', summary: 'Change an outbound route', tag: 'Outbound routes', permission: 'trunks.write', params: idParams, body: OutboundRouteUpdate, versioned: true, response: one(OutboundRoute),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentOutboundRoute(await world.pbx.outboundRoutes.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteOutboundRoute = defineRoute({
  method: 'delete', path: '/outbound-routes/{id}', operationId: 'deleteOutboundRoute', summary: 'Remove an outbound route', tag: 'Outbound routes', permission: 'trunks.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.outboundRoutes.remove(actor, params.id)
    return done
  },
})

export const lineRoutes = [
  listTrunks, createTrunk, getTrunk, updateTrunk, deleteTrunk, testTrunk,
  listInboundNumbers, createInboundNumber, getInboundNumber, updateInboundNumber, deleteInboundNumber,
  listOutboundRoutes, createOutboundRoute, getOutboundRoute, updateOutboundRoute, deleteOutboundRoute,
]
