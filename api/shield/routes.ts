import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, slice, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { presentAllowed, presentBan } from './presenter.ts'
import { AllowedNetwork, AllowedNetworkCreate, AllowedNetworkQuery, Ban, BanCreate, BanQuery } from './schemas.ts'

const tag = 'Bans'

const listBans = defineRoute({
  method: 'get',
  path: '/sip/bans',
  operationId: 'listBans',
  summary: 'Addresses that are not listened to now',
  description: 'Bans concern the whole machine: only the tenant that runs it sees them.',
  tag,
  permission: 'bans.read',
  query: BanQuery,
  response: pageOf(Ban),
  async handle({ world, actor, query }) {
    const { rows, total } = world.pbx.shield.bans(actor, given(query))
    return { data: rows.map(presentBan), pagination: pagination(total, query) }
  },
})

const createBan = defineRoute({
  method: 'post',
  path: '/sip/bans',
  operationId: 'createBan',
  summary: 'Ban an address or a network',
  description: 'Networks with a registered phone that answers, and those on the list of allowed ones, cannot be banned.',
  tag,
  permission: 'bans.write',
  body: BanCreate,
  status: 201,
  response: one(Ban),
  async handle({ world, actor, body }) {
    const until = body.until == null ? null : new Date(body.until)
    return { data: presentBan(await world.pbx.shield.ban(actor, { network: body.network, note: body.note, until })) }
  },
})

const deleteBan = defineRoute({
  method: 'delete',
  path: '/sip/bans/{id}',
  operationId: 'deleteBan',
  summary: 'Lift a ban',
  description: 'What the address did is forgiven: its next ban is a short one again.',
  tag,
  permission: 'bans.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.shield.lift(actor, params.id)
    return done
  },
})

const listAllowedNetworks = defineRoute({
  method: 'get',
  path: '/sip/allowed-networks',
  operationId: 'listAllowedNetworks',
  summary: 'Networks that are never banned nor limited',
  tag,
  permission: 'bans.read',
  query: AllowedNetworkQuery,
  response: pageOf(AllowedNetwork),
  handle: async ({ world, actor, query }) => slice(world.pbx.shield.allowed(actor).map(presentAllowed), query),
})

const createAllowedNetwork = defineRoute({
  method: 'post',
  path: '/sip/allowed-networks',
  operationId: 'createAllowedNetwork',
  summary: 'Never ban a network',
  description: 'Bans within it end.',
  tag,
  permission: 'bans.write',
  body: AllowedNetworkCreate,
  status: 201,
  response: one(AllowedNetwork),
  handle: async ({ world, actor, body }) => ({ data: presentAllowed(await world.pbx.shield.allow(actor, body)) }),
})

const deleteAllowedNetwork = defineRoute({
  method: 'delete',
  path: '/sip/allowed-networks/{id}',
  operationId: 'deleteAllowedNetwork',
  summary: 'Take a network off the list of those never banned',
  tag,
  permission: 'bans.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.shield.disallow(actor, params.id)
    return done
  },
})

export const shieldRoutes = [listBans, createBan, deleteBan, listAllowedNetworks, createAllowedNetwork, deleteAllowedNetwork]
