import { z } from 'zod'
import { order, pageQuery } from '../http/envelope.ts'
import { instant, line, readVersion, stamps } from '../http/fields.ts'
import { eventNames } from '../live/filter.ts'

export const WebhookEvent = z.enum(eventNames).meta({ id: 'WebhookEvent', description: 'As the live connection tells it.' })

const url = z.url({ protocol: /^https?$/ }).max(2_000).meta({ description: 'Where events are posted. Not into private networks, unless the operator opens them.' })
const events = z.array(WebhookEvent).min(1).max(100)

export const Webhook = z
  .object({
    id: z.uuid(), name: z.string(), url: z.string(), events: z.array(z.string()), enabled: z.boolean(),
    pausedUntil: instant.nullable().meta({ description: 'Its receiver did not take the last event, and is tried again then.' }),
    waiting: z.number().int().meta({ description: 'Events that wait to be sent.' }),
    failed: z.number().int().meta({ description: 'Events that were given up and can be sent again.' }),
    lastError: z.string().nullable(),
    oldSecretUntil: instant.nullable().meta({ description: 'Until then the secret before this one signs along.' }),
    ...stamps,
  })
  .meta({ id: 'Webhook', description: 'An address that is told of what happens.' })

export const WebhookCreate = z.strictObject({ name: line(100), url, events, enabled: z.boolean().optional() }).meta({ id: 'WebhookCreate' })
export const WebhookUpdate = WebhookCreate.partial().extend({ version: readVersion }).meta({ id: 'WebhookUpdate' })
export const NewWebhook = z.object({ webhook: Webhook, secret: z.string().meta({ description: 'Shown only here. Requests are signed with it (Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature).' }) }).meta({ id: 'NewWebhook' })

export const WebhookDelivery = z
  .object({
    id: z.uuid(), eventId: z.uuid().meta({ description: 'The webhook-id of the request, the same at every try.' }), type: z.string(), state: z.enum(['waiting', 'delivered', 'failed']),
    createdAt: instant, tries: z.number().int(), status: z.number().int().nullable(), error: z.string().nullable(), ms: z.number().int().nullable(), lastTryAt: instant.nullable(), body: z.string(),
  })
  .meta({ id: 'WebhookDelivery', description: 'An event on its way to a webhook.' })

export const WebhookDeliveryQuery = z.strictObject({ ...pageQuery, order: order('desc'), state: z.enum(['waiting', 'delivered', 'failed']).optional() })

export const WebhookTest = z.object({ status: z.number().int().nullable(), error: z.string().nullable(), ms: z.number().int() }).meta({ id: 'WebhookTest', description: 'What the receiver answered; error is null when it took the test.' })
export const WebhookReplay = z.object({ count: z.number().int() }).meta({ id: 'WebhookReplay' })
