import type { z } from 'zod'
import { isUniqueViolation, type Transaction } from '../../config/database/index.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import type { WebhookDeliveryRow, WebhookRow } from '../../migrations/tables.ts'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { Webhook, WebhookDelivery, WebhookDeliveryQuery } from './schemas.ts'

type Counted = WebhookRow & { waiting: string; failed: string; last_error: string | null }

const WAITING = 'delivered_at IS NULL AND gave_up_at IS NULL'

const counted = (trx: Transaction) =>
  trx('webhooks').select<Counted[]>(
    'webhooks.*',
    trx.raw(`(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id AND ${WAITING}) AS waiting`),
    trx.raw('(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id AND d.gave_up_at IS NOT NULL) AS failed'),
    trx.raw(`CASE WHEN failures = 0 THEN NULL ELSE (SELECT last_error FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id AND last_error IS NOT NULL ORDER BY last_try_at DESC LIMIT 1) END AS last_error`),
  )

export async function listWebhooks(trx: Transaction): Promise<z.input<typeof Webhook>[]> {
  return (await counted(trx).orderByRaw('lower(name)')).map(presentWebhook)
}

export async function findWebhook(trx: Transaction, id: string): Promise<Counted> {
  const row = (await counted(trx).where('webhooks.id', id).first()) as Counted | undefined
  if (!row) throw new Refusal('not-found', 'There is no such webhook.')
  return row
}

export function presentWebhook(row: Counted): z.input<typeof Webhook> {
  const { id, name, url, events, enabled, version } = row
  return {
    id, name, url, events, enabled, version, waiting: Number(row.waiting), failed: Number(row.failed), lastError: row.last_error,
    pausedUntil: isoOrNull(row.failures > 0 ? row.paused_until : null), oldSecretUntil: isoOrNull(row.old_secret_until), createdAt: isoOf(row.created_at), updatedAt: isoOf(row.updated_at),
  }
}

/** As the audit and an undo have it. */
export const settingsOf = ({ name, url, events, enabled }: Pick<WebhookRow, 'name' | 'url' | 'events' | 'enabled'>) => ({ name, url, events, enabled })

/** @throws Refusal `unprocessable` for a name that another has */
export async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isUniqueViolation(error)) throw wrongField('name', 'Another webhook has this name.', error)
    throw error
  }
}

export async function listDeliveries(trx: Transaction, webhookId: string, { page, limit, order, state }: z.output<typeof WebhookDeliveryQuery>): Promise<{ rows: z.input<typeof WebhookDelivery>[]; total: number }> {
  const matching = trx<WebhookDeliveryRow>('webhook_deliveries').where({ webhook_id: webhookId }).modify((rows) => {
    if (state === 'delivered') rows.whereNotNull('delivered_at')
    if (state === 'failed') rows.whereNotNull('gave_up_at')
    if (state === 'waiting') rows.whereRaw(WAITING)
  })
  const [count] = await matching.clone().count<{ count: string }[]>('id as count')
  const rows = await matching.clone().orderBy([{ column: 'created_at', order }, { column: 'seq', order }]).limit(limit).offset((page - 1) * limit)
  return { rows: rows.map(presentDelivery), total: Number(count?.count ?? 0) }
}

function presentDelivery(row: WebhookDeliveryRow): z.input<typeof WebhookDelivery> {
  const state = row.delivered_at !== null ? 'delivered' : row.gave_up_at !== null ? 'failed' : 'waiting'
  return {
    id: row.id, eventId: row.event_id, type: row.event_type, state, createdAt: isoOf(row.created_at), tries: row.tries, status: row.last_status, error: state === 'delivered' ? null : row.last_error,
    ms: row.last_ms, lastTryAt: isoOrNull(row.last_try_at), body: row.body,
  }
}

/** Has events sent once more, also such that were taken. How many. */
export async function replay(trx: Transaction, webhookId: string, deliveryId: string | undefined): Promise<number> {
  const rows = trx<WebhookDeliveryRow>('webhook_deliveries').where({ webhook_id: webhookId })
  const chosen = deliveryId === undefined ? rows.whereNotNull('gave_up_at') : rows.where({ id: deliveryId }).where((over) => over.whereNotNull('gave_up_at').orWhereNotNull('delivered_at'))
  // They have three days again.
  const count = await chosen.update({ delivered_at: null, gave_up_at: null, tries: 0, created_at: trx.fn.now() } as never)
  await trx<WebhookRow>('webhooks').where({ id: webhookId }).update({ paused_until: null })
  return count
}
