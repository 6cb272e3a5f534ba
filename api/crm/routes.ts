import { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import { isPrivateHost } from '../../config/outbound/guard.ts'
import type { CrmCallRow, CrmConnectionRow } from '../../migrations/tables.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import type { World } from '../http/world.ts'
import { HUBSPOT } from './hubspot.ts'
import { findConnection, listCalls, listConnections, lockConnection, named, presentConnection, replay, settingsOf } from './repository.ts'
import { keepRecord } from './records.ts'
import { CrmCall, CrmCallQuery, CrmConnection, CrmConnectionCreate, CrmConnectionUpdate, CrmRecord, CrmReplay, CrmTest } from './schemas.ts'

const tag = 'CRM'

interface Wish {
  kind: CrmConnectionRow['kind']
  address?: string | undefined
  email?: string | null | undefined
  extensionIds?: string[] | null | undefined
}

/** A token goes over encrypted connections, or stays in networks that the operator opened; nobody has calls logged that they may not see. */
async function check(world: World, actor: PersonActor, { kind, address, email, extensionIds }: Wish): Promise<void> {
  if (!actor.permissions.has('calls.read')) throw new Refusal('forbidden', 'Whoever has calls logged must be allowed to see them (calls.read).')
  if (address !== undefined) {
    const url = new URL(address)
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw wrongField('address', 'Enter the address without what comes after the name, such as https://company.zendesk.com.')
    if (url.protocol === 'http:' && !isPrivateHost(url.hostname)) throw wrongField('address', 'The address begins with https://: a token is not sent in the clear.')
    const why = await world.crm.refuses(url)
    if (why !== undefined) throw wrongField('address', why)
  }
  if (kind === 'hubspot' && typeof email === 'string') throw wrongField('email', 'HubSpot knows by the token whose it is.')
  for (const id of extensionIds ?? []) {
    await world.pbx.extensions.get(actor, id).catch((error: unknown) => {
      throw error instanceof Refusal && error.code === 'not-found' ? wrongField('extensionIds', 'One of these extensions does not exist.', error) : error
    })
  }
}

const columnsOf = ({ name, email, directions, extensionIds, unknownCallers, callLinks, enabled }: Partial<z.output<typeof CrmConnectionUpdate>>) =>
  given({ name, email, directions: directions && [...new Set(directions)], extension_ids: extensionIds && [...new Set(extensionIds)], unknown_callers: unknownCallers, call_links: callLinks, enabled })

const list = defineRoute({
  method: 'get', path: '/crm-connections', operationId: 'listCrmConnections', summary: 'CRMs that calls are logged to', tag, permission: 'webhooks.read', response: z.object({ data: z.array(CrmConnection) }),
  handle: async ({ world, actor }) => ({ data: await world.database.read(actor, listConnections) }),
})

const create = defineRoute({
  method: 'post', path: '/crm-connections', operationId: 'createCrmConnection', summary: 'Connect a CRM', tag, permission: 'webhooks.write', body: CrmConnectionCreate, status: 201, response: one(CrmConnection),
  description: 'Calls with somebody outside that end from now on are logged there, each once.',
  async handle({ world, actor, body }) {
    const { kind, token } = body
    const address = body.address ?? (kind === 'hubspot' ? HUBSPOT : undefined)
    if (address === undefined) throw wrongField('address', 'Enter the address of Zendesk, such as https://company.zendesk.com.')
    await check(world, actor, { ...body, address })
    const id = newId()
    const standard = { directions: ['inbound', 'outbound'], extension_ids: null, unknown_callers: 'leave', call_links: false, enabled: true, email: null }
    const row = await world.database.change(actor, async (trx) => {
      await named(trx('crm_connections').insert({ id, tenant_id: actor.tenantId, kind, address: new URL(address).origin, token_sealed: world.crm.seal(actor.tenantId, token), ...standard, ...columnsOf(body) }))
      const result = await findConnection(trx, id)
      return { result, audit: { action: 'crm-connection.create', subjectType: 'crm-connection', subjectId: id, after: { ...settingsOf(result), hasToken: true } } }
    })
    await world.crm.reload()
    return { data: presentConnection(row) }
  },
})

const get = defineRoute({
  method: 'get', path: '/crm-connections/{id}', operationId: 'getCrmConnection', summary: 'One connection to a CRM', tag, permission: 'webhooks.read', params: idParams, response: one(CrmConnection),
  handle: async ({ world, actor, params }) => ({ data: presentConnection(await world.database.read(actor, (trx) => findConnection(trx, params.id))) }),
})

const update = defineRoute({
  method: 'patch', path: '/crm-connections/{id}', operationId: 'updateCrmConnection', summary: 'Change a connection to a CRM', tag, permission: 'webhooks.write', params: idParams, body: CrmConnectionUpdate, versioned: true, response: one(CrmConnection),
  async handle({ world, actor, params, body, ifMatch }) {
    const known = await world.database.read(actor, (trx) => findConnection(trx, params.id))
    await check(world, actor, { ...body, kind: known.kind })
    const read = ifMatch ?? body.version
    const { token } = body
    const address = body.address === undefined ? undefined : new URL(body.address).origin
    const row = await world.database.change(actor, async (trx) => {
      const before = await lockConnection(trx, params.id)
      if (read !== undefined && read !== before.version) throw new Refusal('conflict', 'Somebody else has changed this connection meanwhile. Load it again.')
      if (address !== undefined && address !== before.address && token === undefined) throw wrongField('token', 'Enter the token as well: it is sent to no other address than it was entered for.')
      const elsewhere = address !== undefined || token !== undefined || body.email !== undefined
      await named(trx<CrmConnectionRow>('crm_connections').where({ id: params.id }).update({
        ...columnsOf(body), ...(address !== undefined && { address }), ...(token !== undefined && { token_sealed: world.crm.seal(actor.tenantId, token) }),
        // What was wrong may be mended now.
        ...(elsewhere && { account: null, record_base: null }), refused: null, failures: 0, paused_until: null, version: before.version + 1, updated_at: trx.fn.now(),
      } as never))
      const result = await findConnection(trx, params.id)
      return { result, audit: { action: 'crm-connection.update', subjectType: 'crm-connection', subjectId: params.id, before: settingsOf(before), after: { ...settingsOf(result), ...(token !== undefined && { newToken: true }) } } }
    })
    await world.crm.reload()
    return { data: presentConnection(row) }
  },
})

const remove = defineRoute({
  method: 'delete', path: '/crm-connections/{id}', operationId: 'deleteCrmConnection', summary: 'Remove a connection to a CRM', description: 'Calls that wait for it are dropped; what was logged stays in the CRM.', tag, permission: 'webhooks.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.database.change(actor, async (trx) => {
      const row = await lockConnection(trx, params.id)
      await trx('crm_connections').where({ id: params.id }).delete()
      return { result: undefined, audit: { action: 'crm-connection.delete', subjectType: 'crm-connection', subjectId: params.id, before: settingsOf(row) } }
    })
    await world.crm.reload()
    return done
  },
})

const test = defineRoute({
  method: 'post', path: '/crm-connections/{id}/test', operationId: 'testCrmConnection', summary: 'Ask the CRM whether it takes the credentials', description: 'Nothing is written there.', tag, permission: 'webhooks.write', params: idParams, response: one(CrmTest),
  async handle({ world, actor, params }) {
    const connection = await world.database.change(actor, async (trx) => {
      const found = await findConnection(trx, params.id)
      return { result: found, audit: { action: 'crm-connection.test', subjectType: 'crm-connection', subjectId: params.id, after: { name: found.name } } }
    })
    return { data: await world.crm.test(connection) }
  },
})

const calls = defineRoute({
  method: 'get', path: '/crm-connections/{id}/calls', operationId: 'listCrmCalls', summary: 'What was logged, waits, was left out or given up', tag, permission: 'webhooks.read', params: idParams, query: CrmCallQuery, response: pageOf(CrmCall),
  async handle({ world, actor, params, query }) {
    if (!actor.permissions.has('calls.read')) throw new Refusal('forbidden', 'These are calls, which you may not see.')
    const { rows, total } = await world.database.read(actor, async (trx) => {
      await findConnection(trx, params.id)
      return listCalls(trx, params.id, query)
    })
    return { data: rows, pagination: pagination(total, query) }
  },
})

async function logAgain(world: World, actor: PersonActor, id: string, callId: string | undefined): Promise<{ data: { count: number } }> {
  const count = await world.database.change(actor, async (trx) => {
    const { name } = await lockConnection(trx, id)
    const result = await replay(trx, id, callId)
    if (callId !== undefined && result === 0) throw new Refusal('conflict', 'This call waits already.')
    return { result, audit: { action: 'crm-connection.replay', subjectType: 'crm-connection', subjectId: id, after: { name, count: result } } }
  })
  world.crm.wake()
  return { data: { count } }
}

const replayAll = defineRoute({
  method: 'post', path: '/crm-connections/{id}/replay', operationId: 'replayCrmConnection', summary: 'Log all calls again that were given up', tag, permission: 'webhooks.write', params: idParams, response: one(CrmReplay),
  handle: ({ world, actor, params }) => logAgain(world, actor, params.id, undefined),
})

const replayOne = defineRoute({
  method: 'post', path: '/crm-calls/{id}/replay', operationId: 'replayCrmCall', summary: 'Log one call again', description: 'What is there already is not logged twice.', tag, permission: 'webhooks.write', params: idParams, response: one(CrmReplay),
  async handle({ world, actor, params }) {
    const call = await world.database.read(actor, (trx) => trx<CrmCallRow>('crm_calls').where({ id: params.id }).first('connection_id'))
    if (!call) throw new Refusal('not-found', 'There is no such call. It may have been forgotten.')
    return logAgain(world, actor, call.connection_id, params.id)
  },
})

const nameRecord = defineRoute({
  method: 'post', path: '/own/calls/{id}/crm-record', operationId: 'nameCrmRecord', summary: 'Say what HubSpot has made of an own call itself', description: 'When it ends it is written there, and not beside it, unless HubSpot says that the record is older or of another call. The first that is named stays; another is refused with 409.',
  tag: 'Own calls', permission: 'calls.own', params: idParams, body: CrmRecord, response: Success,
  async handle({ world, actor, params, body: { recordId } }) {
    // Also while it rings there: what nobody answers has a record, too.
    const call = world.pbx.calls.live(actor).find(({ id, rootId, legs }) => (id === params.id || rootId === params.id) && legs.some(({ extensionId }) => extensionId !== null && extensionId === actor.extensionId))
    if (!call) throw new Refusal('not-found', 'You have no such call.')
    await world.database.change(actor, async (trx) => {
      await keepRecord(trx, actor.tenantId, call.rootId, recordId)
      return { result: undefined, audit: { action: 'crm-record.name', subjectType: 'call', subjectId: call.rootId, after: { recordId } } }
    })
    return done
  },
})

export const crmRoutes = [nameRecord, list, create, get, update, remove, test, calls, replayAll, replayOne]
