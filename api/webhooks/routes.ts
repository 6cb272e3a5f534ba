import { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import type { Transaction } from '../../config/database/index.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { WebhookDeliveryRow, WebhookRow } from '../../migrations/tables.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import type { World } from '../http/world.ts'
import { neededFor } from '../live/filter.ts'
import { findWebhook, listDeliveries, listWebhooks, named, presentWebhook, replay, settingsOf } from './repository.ts'
import { NewWebhook, Webhook, WebhookCreate, WebhookDelivery, WebhookDeliveryQuery, WebhookReplay, WebhookTest, WebhookUpdate } from './schemas.ts'

const tag = 'Webhooks'
const OLD_SECRET_MS = 24 * 3_600_000

/** Nobody is told through a webhook what they may not see themselves, and nothing is sent where only we can reach. */
async function check(world: World, actor: PersonActor, { url, events }: { url?: string | undefined; events?: readonly string[] | undefined }): Promise<void> {
  const hidden = events?.filter((event) => !actor.permissions.has(neededFor(event))) ?? []
  if (hidden.length > 0) throw new Refusal('forbidden', `A webhook cannot be told of events that you may not see: ${hidden.join(', ')}.`)
  const why = url === undefined ? undefined : await world.webhooks.refuses(new URL(url))
  if (why !== undefined) throw wrongField('url', why)
}

const list = defineRoute({
  method: 'get', path: '/webhooks', operationId: 'listWebhooks', summary: 'Webhooks', tag, permission: 'webhooks.read', response: z.object({ data: z.array(Webhook) }),
  handle: async ({ world, actor }) => ({ data: await world.database.read(actor, listWebhooks) }),
})

const create = defineRoute({
  method: 'post', path: '/webhooks', operationId: 'createWebhook', summary: 'Add a webhook', tag, permission: 'webhooks.write', body: WebhookCreate, status: 201, secret: true, response: one(NewWebhook),
  description: 'Events are posted as JSON, in the shape of the live connection, signed as Standard Webhooks 1.0 says. An event is sent at least once; webhook-id tells repetitions. The secret is in this answer and in no other.',
  async handle({ world, actor, body }) {
    await check(world, actor, body)
    const { secret, sealed } = world.webhooks.newSecret(actor.tenantId)
    const id = newId()
    const row = await world.database.change(actor, async (trx) => {
      await named(trx('webhooks').insert({ id, tenant_id: actor.tenantId, name: body.name, url: body.url, events: [...new Set(body.events)], enabled: body.enabled ?? true, secret_sealed: sealed }))
      const result = await findWebhook(trx, id)
      return { result, audit: { action: 'webhook.create', subjectType: 'webhook', subjectId: id, after: settingsOf(result) } }
    })
    await world.webhooks.reload()
    return { data: { webhook: presentWebhook(row), secret } }
  },
})

const get = defineRoute({
  method: 'get', path: '/webhooks/{id}', operationId: 'getWebhook', summary: 'One webhook', tag, permission: 'webhooks.read', params: idParams, response: one(Webhook),
  handle: async ({ world, actor, params }) => ({ data: presentWebhook(await world.database.read(actor, (trx) => findWebhook(trx, params.id))) }),
})

const update = defineRoute({
  method: 'patch', path: '/webhooks/{id}', operationId: 'updateWebhook', summary: 'Change a webhook', tag, permission: 'webhooks.write', params: idParams, body: WebhookUpdate, versioned: true, response: one(Webhook),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    // Whoever leads it elsewhere is told what it is told.
    const before = await world.database.read(actor, (trx) => findWebhook(trx, params.id))
    await check(world, actor, { url: input.url, events: input.events ?? before.events })
    const read = ifMatch ?? version
    const row = await world.database.change(actor, async (trx) => {
      const current = await locked(trx, params.id)
      if (read !== undefined && read !== current.version) throw new Refusal('conflict', 'Somebody else has changed this webhook meanwhile. Load it again.')
      // What was wrong may be mended now.
      await named(trx<WebhookRow>('webhooks').where({ id: params.id }).update({ ...given({ ...input, ...(input.events && { events: [...new Set(input.events)] }) }), failures: 0, paused_until: null, version: current.version + 1, updated_at: trx.fn.now() } as never))
      const result = await findWebhook(trx, params.id)
      return { result, audit: { action: 'webhook.update', subjectType: 'webhook', subjectId: params.id, before: settingsOf(current), after: settingsOf(result) } }
    })
    await world.webhooks.reload()
    return { data: presentWebhook(row) }
  },
})

const remove = defineRoute({
  method: 'delete', path: '/webhooks/{id}', operationId: 'deleteWebhook', summary: 'Remove a webhook', description: 'What waits for it is dropped.', tag, permission: 'webhooks.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.database.change(actor, async (trx) => {
      const row = await locked(trx, params.id)
      await trx('webhooks').where({ id: params.id }).delete()
      return { result: undefined, audit: { action: 'webhook.delete', subjectType: 'webhook', subjectId: params.id, before: settingsOf(row) } }
    })
    await world.webhooks.reload()
    return done
  },
})

const renew = defineRoute({
  method: 'post', path: '/webhooks/{id}/secret', operationId: 'renewWebhookSecret', summary: 'Give a webhook another secret', description: 'The one before signs along for a day.', tag, permission: 'webhooks.write', params: idParams, secret: true, response: one(NewWebhook),
  async handle({ world, actor, params }) {
    const { secret, sealed } = world.webhooks.newSecret(actor.tenantId)
    const row = await world.database.change(actor, async (trx) => {
      const before = await locked(trx, params.id)
      await trx<WebhookRow>('webhooks').where({ id: params.id }).update({ secret_sealed: sealed, old_secret_sealed: before.secret_sealed, old_secret_until: new Date(world.clock.now() + OLD_SECRET_MS) })
      return { result: await findWebhook(trx, params.id), audit: { action: 'webhook.secret', subjectType: 'webhook', subjectId: params.id, after: { name: before.name } } }
    })
    return { data: { webhook: presentWebhook(row), secret } }
  },
})

const test = defineRoute({
  method: 'post', path: '/webhooks/{id}/test', operationId: 'testWebhook', summary: 'Send a test event now', tag, permission: 'webhooks.write', params: idParams, response: one(WebhookTest),
  async handle({ world, actor, params }) {
    const { webhook, tenant } = await world.database.change(actor, async (trx) => {
      const found = await findWebhook(trx, params.id)
      const own = await trx('tenants').where({ id: actor.tenantId }).first<{ name: string }>('name')
      return { result: { webhook: found, tenant: own }, audit: { action: 'webhook.test', subjectType: 'webhook', subjectId: params.id, after: { name: found.name } } }
    })
    return { data: await world.webhooks.test(webhook, tenant) }
  },
})

const deliveries = defineRoute({
  method: 'get', path: '/webhooks/{id}/deliveries', operationId: 'listWebhookDeliveries', summary: 'What was sent, waits, or was given up', tag, permission: 'webhooks.read', params: idParams, query: WebhookDeliveryQuery, response: pageOf(WebhookDelivery),
  async handle({ world, actor, params, query }) {
    const { rows, total } = await world.database.read(actor, async (trx) => {
      const { events } = await findWebhook(trx, params.id)
      const hidden = events.filter((event) => !actor.permissions.has(neededFor(event)))
      if (hidden.length > 0) throw new Refusal('forbidden', `These deliveries hold events that you may not see: ${hidden.join(', ')}.`)
      return listDeliveries(trx, params.id, query)
    })
    return { data: rows, pagination: pagination(total, query) }
  },
})

const again = (path: string, operationId: string, summary: string) => ({ method: 'post' as const, path, operationId, summary, tag, permission: 'webhooks.write' as const, response: one(WebhookReplay) })

async function sendAgain(world: World, actor: PersonActor, id: string, deliveryId: string | undefined): Promise<{ data: { count: number } }> {
  const count = await world.database.change(actor, async (trx) => {
    const { name } = await locked(trx, id)
    const result = await replay(trx, id, deliveryId)
    if (deliveryId !== undefined && result === 0) throw new Refusal('conflict', 'This event waits already.')
    return { result, audit: { action: 'webhook.replay', subjectType: 'webhook', subjectId: id, after: { name, count: result } } }
  })
  world.webhooks.wake()
  return { data: { count } }
}

const replayAll = defineRoute({ ...again('/webhooks/{id}/replay', 'replayWebhook', 'Send all events again that were given up'), params: idParams, handle: ({ world, actor, params }) => sendAgain(world, actor, params.id, undefined) })

const replayOne = defineRoute({
  ...again('/webhook-deliveries/{id}/replay', 'replayWebhookDelivery', 'Send one event again'), params: idParams,
  async handle({ world, actor, params }) {
    const delivery = await world.database.read(actor, (trx) => trx<WebhookDeliveryRow>('webhook_deliveries').where({ id: params.id }).first('webhook_id'))
    if (!delivery) throw new Refusal('not-found', 'There is no such event. It may have been forgotten.')
    return sendAgain(world, actor, delivery.webhook_id, params.id)
  },
})

async function locked(trx: Transaction, id: string): Promise<WebhookRow> {
  const row = (await trx<WebhookRow>('webhooks').where({ id }).forUpdate().first()) as WebhookRow | undefined
  if (!row) throw new Refusal('not-found', 'There is no such webhook.')
  return row
}

export const webhookRoutes = [list, create, get, update, remove, renew, test, deliveries, replayAll, replayOne]
