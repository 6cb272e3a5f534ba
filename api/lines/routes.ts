/** Lines to the outside: trunks, the numbers that lead in, and the ways out. */
import { z } from 'zod'
import { carriers } from './carriers.ts'
import { defineRoute } from '../http/define-route.ts'
import { idParams, one } from '../http/envelope.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import type { Trunk as TrunkOfPbx, TrunkStatus as TrunkStatusOfPbx } from '../../pbx/index.ts'
import { blockedRoutes } from './blocked-routes.ts'
import { Carrier, HeaderPreview, HeaderPreviewRequest, InboundNumber, InboundNumberCreate, InboundNumberUpdate, OutboundRoute, OutboundRouteCreate, OutboundRouteUpdate, PinSet, PinSetCreate, PinSetUpdate, Trunk, TrunkCreate, TrunkUpdate } from './schemas.ts'

const time = (ms: number): string => new Date(ms).toISOString()

function presentTrunk({ status: { registration, ...status }, ...trunk }: TrunkOfPbx & { status: TrunkStatusOfPbx }): z.input<typeof Trunk> {
  return {
    ...stamped(trunk),
    status: {
      ...status,
      registration: registration && {
        state: registration.state, since: time(registration.since), expiresAt: registration.expiresAt === null ? null : time(registration.expiresAt), nextTry: registration.nextTry === null ? null : time(registration.nextTry),
      },
    },
  }
}

const testTrunk = defineRoute({
  method: 'post', path: '/trunks/{id}/test', operationId: 'testTrunk', summary: 'Ask the carrier now: register anew, or send OPTIONS', tag: 'Trunks', permission: 'trunks.write', params: idParams, response: one(Trunk),
  handle: async ({ world, actor, params }) => ({ data: presentTrunk(await world.pbx.trunks.test(actor, params.id)) }),
})

const previewHeaders = defineRoute({
  method: 'post', path: '/header-previews', operationId: 'previewHeaders', summary: 'What header rules make of a message, without a call', tag: 'Trunks', permission: 'trunks.read', body: HeaderPreviewRequest, response: one(HeaderPreview),
  handle: ({ world, actor, body: { rules, direction, message } }) => Promise.resolve({ data: world.pbx.trunks.previewHeaders(actor, rules, direction, message) }),
})

const listCarriers = defineRoute({
  method: 'get', path: '/carriers', operationId: 'listCarriers', summary: 'Carriers that are known, with what a trunk to each wants', tag: 'Trunks', permission: 'trunks.read', response: z.object({ data: z.array(Carrier) }),
  handle: () => Promise.resolve({ data: [...carriers] }),
})

export const lineRoutes = [
  listCarriers,
  ...keptRoutes({
    path: '/trunks', one: 'Trunk', many: 'Trunks', tag: 'Trunks', read: 'trunks.read', write: 'trunks.write',
    words: { list: 'Lines to carriers, with how each is now, by name', create: 'Add a trunk', get: 'A trunk', update: 'Change a trunk', remove: 'Remove a trunk' },
    shown: Trunk, create: TrunkCreate, update: TrunkUpdate, kept: ({ trunks }) => trunks, present: (trunk) => presentTrunk(trunk),
  }),
  testTrunk,
  previewHeaders,
  ...keptRoutes({
    path: '/inbound-numbers', one: 'InboundNumber', many: 'InboundNumbers', tag: 'Inbound numbers', read: 'trunks.read', write: 'trunks.write',
    words: { list: 'Numbers that carriers send calls for', create: 'Add an inbound number', get: 'An inbound number', update: 'Change an inbound number', remove: 'Remove an inbound number' },
    shown: InboundNumber, create: InboundNumberCreate, update: InboundNumberUpdate, kept: ({ inboundNumbers }) => inboundNumbers, present: stamped,
  }),
  ...keptRoutes({
    path: '/outbound-routes', one: 'OutboundRoute', many: 'OutboundRoutes', tag: 'Outbound routes', read: 'trunks.read', write: 'trunks.write',
    words: { list: 'Which calls go out over which trunks, in order', create: 'Add an outbound route', get: 'An outbound route', update: 'Change an outbound route', remove: 'Remove an outbound route' },
    shown: OutboundRoute, create: OutboundRouteCreate, update: OutboundRouteUpdate, kept: ({ outboundRoutes }) => outboundRoutes, present: stamped,
  }),
  ...keptRoutes({
    path: '/pin-sets', one: 'PinSet', many: 'PinSets', tag: 'Outbound routes', read: 'trunks.read', write: 'trunks.write',
    words: { list: 'PINs that outbound routes ask for, by name of the set', create: 'Add a PIN set', get: 'A PIN set', update: 'Change a PIN set', remove: 'Remove a PIN set' },
    more: { update: 'The list of PINs is given as a whole: those with their id keep their PIN unless another is given.', remove: 'One that a route asks for is not removed.' },
    shown: PinSet, create: PinSetCreate, update: PinSetUpdate, kept: ({ pinSets }) => pinSets, present: stamped,
  }),
  ...blockedRoutes,
]
