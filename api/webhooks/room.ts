import { join } from 'node:path'
import type { Clock } from '../../config/clock.ts'
import { createJournal } from '../../config/database/journal.ts'
import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { WebhookDeliveryRow, WebhookRow } from '../../migrations/tables.ts'
import type { Pbx, PbxEvent } from '../../pbx/index.ts'
import type { Webhooks } from '../http/world.ts'
import { presentEvent } from '../live/filter.ts'
import { listenToTenants } from '../live/tenants.ts'
import { createGuard } from '../../config/outbound/guard.ts'
import { startWebhookQueue } from './queue.ts'
import { letterOf } from './letter.ts'
import type { QueueTimes } from '../../config/outbound/patience.ts'
import { post } from '../../config/outbound/post.ts'
import { newSigningSecret } from '../../config/outbound/signature.ts'

const PURPOSE = 'webhook-secret'
const DELIVERED_DAYS = 7
const GIVEN_UP_DAYS = 30
const SWEEP_MS = 3_600_000

type NewDelivery = Pick<WebhookDeliveryRow, 'id' | 'tenant_id' | 'webhook_id' | 'event_id' | 'event_type' | 'order_key' | 'body'>

/** Writes events down for the webhooks that want them, and has them sent. */
export async function startWebhooks(options: { database: Database; secrets: Secrets; pbx: Pick<Pbx, 'subscribe'>; settings: Pick<Settings, 'home' | 'webhooks'>; clock: Clock; logger: Logger; times?: QueueTimes }): Promise<Webhooks> {
  const { database, secrets, pbx, settings, clock } = options
  const logger = options.logger.child({ room: 'webhooks' })
  const guard = createGuard(settings.webhooks.networks)
  const open = (tenantId: string, sealed: Buffer): string => secrets.open(PURPOSE, tenantId, sealed)
  const secretsOf = (webhook: WebhookRow): string[] => [
    open(webhook.tenant_id, webhook.secret_sealed),
    ...(webhook.old_secret_sealed && webhook.old_secret_until && webhook.old_secret_until.getTime() > clock.now() ? [open(webhook.tenant_id, webhook.old_secret_sealed)] : []),
  ]
  const queue = startWebhookQueue({ database, guard, logger, secretsOf, ...(options.times && { times: options.times }) })
  const journal = createJournal<NewDelivery>({
    name: 'webhooks', database, logger, spoolFile: join(settings.home, 'spool', 'webhooks.jsonl'), delayMs: 20,
    async write(trx, rows) {
      // A webhook that was deleted meanwhile wants nothing any more.
      const there = new Set((await trx<WebhookRow>('webhooks').whereIn('id', [...new Set(rows.map((row) => row.webhook_id))]).select('id')).map(({ id }) => id))
      const wanted = rows.filter((row) => there.has(row.webhook_id))
      if (wanted.length > 0) await trx('webhook_deliveries').insert(wanted).onConflict(['webhook_id', 'event_id']).ignore()
      setImmediate(() => queue.wake())
    },
  })

  /** Who wants what, by tenant. */
  let wishes = new Map<string, Pick<WebhookRow, 'id' | 'events'>[]>()
  const hear = (event: PbxEvent): void => {
    const wanting = wishes.get(event.tenantId)?.filter(({ events }) => events.includes(event.type)) ?? []
    if (wanting.length === 0) return
    const body = JSON.stringify(presentEvent(event))
    for (const { id } of wanting) journal.add({ id: newId(), tenant_id: event.tenantId, webhook_id: id, event_id: event.id, event_type: event.type, order_key: orderKey(event), body })
  }
  const listening = listenToTenants(pbx, 'webhooks', hear)
  const reload = async (): Promise<void> => {
    const rows = await database.system('webhooks', (trx) => trx<WebhookRow>('webhooks').where({ enabled: true }).select('id', 'tenant_id', 'events'))
    wishes = Map.groupBy(rows, ({ tenant_id }) => tenant_id)
    listening.only(wishes.keys())
    queue.wake()
  }
  const reloadSoon = (): void => void reload().catch((error: unknown) => logger.warn(`webhooks are not read again: ${messageOf(error)}`))
  const unlisten = await database.listen('dialplane_webhooks', reloadSoon, reloadSoon)
  await reload()

  const sweep = (): void => void database.system('old webhook deliveries', (trx) => trx('webhook_deliveries')
    .where((old) => old.whereNotNull('delivered_at').whereRaw(`created_at < now() - interval '${DELIVERED_DAYS} days'`))
    .orWhere((old) => old.whereNotNull('gave_up_at').whereRaw(`created_at < now() - interval '${GIVEN_UP_DAYS} days'`)).delete())
    .catch((error: unknown) => logger.warn(`old webhook deliveries stay: ${messageOf(error)}`))
  const sweeping = setInterval(sweep, SWEEP_MS).unref()

  return {
    refuses: (url) => guard.refuses(url),
    newSecret(tenantId) {
      const secret = newSigningSecret()
      return { secret, sealed: secrets.seal(PURPOSE, tenantId, secret) }
    },
    reload,
    async test(webhook, tenant) {
      const id = newId()
      const body = JSON.stringify({ id, at: new Date(clock.now()).toISOString(), type: 'webhook.test', data: { webhook: webhook.name, tenant: tenant.name } })
      const { status, error, ms } = await post(guard, letterOf(webhook.url, id, body, secretsOf(webhook)))
      return { status, error, ms }
    },
    wake: () => queue.wake(),
    async close() {
      clearInterval(sweeping)
      listening.only([])
      await unlisten()
      await journal.close()
      await queue.close()
    },
  }
}

/** What an event is about: its events arrive in their order. */
function orderKey({ type, data }: PbxEvent): string {
  const about = data as { call?: { id: string }; callId?: string; recordingId?: string; extensionId?: string; conferenceId?: string; conference?: { id: string }; registration?: { id: string }; slot?: string; ban?: { id: string } }
  return about.call?.id ?? about.callId ?? about.recordingId ?? about.extensionId ?? about.conferenceId ?? about.conference?.id ?? about.registration?.id ?? about.ban?.id ?? about.slot ?? type
}
