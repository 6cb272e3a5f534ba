import type { Database, Transaction } from '../../config/database/index.ts'
import { startQueue, type Queue } from '../../config/database/queue.ts'
import type { Logger } from '../../config/logger.ts'
import type { WebhookDeliveryRow, WebhookRow } from '../../migrations/tables.ts'
import type { Guard } from '../../config/outbound/guard.ts'
import { GIVE_UP_MS, isAtFault, standardTimes, waitAfter, type QueueTimes } from '../../config/outbound/patience.ts'
import { post } from '../../config/outbound/post.ts'
import type { Sent } from '../../config/outbound/send.ts'
import { letterOf } from './letter.ts'

const AT_ONCE = 16
const AT_ONCE_OF_ONE = 4
/** Longer than any delivery takes: whoever died over one leaves it to the next. */
const CLAIM = '1 minute'
/** Answers to one event after which it is given up: with a status that says that it is at fault, and with any. */
const MOST_REFUSED = 5
const MOST_FAILED = 20

/** Takes events from the table and hands them over, those of one thing in their order, until they are taken or given up. */
export function startWebhookQueue(options: { database: Database; guard: Guard; logger: Logger; secretsOf: (webhook: WebhookRow) => string[]; times?: QueueTimes }): Queue {
  const { database, guard, logger, secretsOf } = options
  const times = options.times ?? standardTimes

  const handOver = async (row: WebhookDeliveryRow): Promise<void> => {
    const webhook = (await database.system('webhook', (trx) => trx<WebhookRow>('webhooks').where({ id: row.webhook_id }).first())) as WebhookRow | undefined
    if (!webhook) return
    const sent = await post(guard, letterOf(webhook.url, row.event_id, row.body, secretsOf(webhook)))
    await database.system('webhook answered', (trx) => note(trx, row, webhook, sent))
  }

  const note = async (trx: Transaction, row: WebhookDeliveryRow, webhook: WebhookRow, { status, error, ms, retryAfter }: Sent): Promise<void> => {
    const outcome = { claimed_until: null, last_status: status, last_error: error, last_ms: ms, last_try_at: trx.fn.now() }
    const delivery = trx<WebhookDeliveryRow>('webhook_deliveries').where({ id: row.id })
    const hook = trx<WebhookRow>('webhooks').where({ id: webhook.id })
    if (error === null) {
      await delivery.update({ ...outcome, delivered_at: trx.fn.now() as never } as never)
      if (webhook.failures > 0) await hook.update({ failures: 0, paused_until: null })
      return
    }
    const over = Date.now() - row.created_at.getTime() > GIVE_UP_MS || (status !== null && row.tries >= (isAtFault(status) ? MOST_REFUSED : MOST_FAILED))
    await delivery.update({ ...outcome, ...(over && { gave_up_at: trx.fn.now() }) } as never)
    if (status === 410) {
      await hook.update({ enabled: false })
      logger.warn({ tenant: row.tenant_id, webhook: webhook.id }, `the webhook ${webhook.name} is turned off: its receiver answered 410 Gone`)
      return
    }
    const failures = webhook.failures + 1
    const wait = waitAfter(times, webhook.failures, retryAfter)
    await hook.update({ failures, paused_until: new Date(Date.now() + wait) })
    if (failures === 1 || over) logger.warn({ tenant: row.tenant_id, webhook: webhook.id, event: row.event_type }, `the webhook ${webhook.name} ${over ? 'gave an event up' : 'is tried again later'}: ${error}`)
  }

  return startQueue<WebhookDeliveryRow>({
    name: 'webhooks to send', database, logger, atOnce: AT_ONCE, atOnceOfOne: AT_ONCE_OF_ONE, ownerOf: (row) => row.webhook_id, pollMs: times.pollMs, work: handOver,
    async claim(trx, full) {
      const { rows } = await trx.raw<{ rows: WebhookDeliveryRow[] }>(
        `UPDATE webhook_deliveries SET claimed_until = now() + interval '${CLAIM}', tries = tries + 1
         WHERE id = (SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
           WHERE d.delivered_at IS NULL AND d.gave_up_at IS NULL AND (d.claimed_until IS NULL OR d.claimed_until <= now())
             AND w.enabled AND (w.paused_until IS NULL OR w.paused_until <= now()) AND NOT w.id = ANY (?::uuid[])
             -- One that failed is alone until it is taken: the others would fail with it.
             AND (w.failures = 0 OR NOT EXISTS (SELECT 1 FROM webhook_deliveries o WHERE o.webhook_id = d.webhook_id AND o.delivered_at IS NULL AND o.gave_up_at IS NULL AND (o.seq < d.seq OR o.claimed_until > now())))
             AND NOT EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.webhook_id = d.webhook_id AND e.order_key = d.order_key AND e.delivered_at IS NULL AND e.gave_up_at IS NULL AND e.seq < d.seq)
           ORDER BY d.seq LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
         RETURNING *`,
        [full],
      )
      return rows[0]
    },
  })
}
