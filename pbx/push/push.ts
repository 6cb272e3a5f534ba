/**
 * Wakes browsers whose page is closed when somebody calls their person (Web Push: RFC 8030, 8291, 8292). The page then opens,
 * registers, and rings as part of the same call. What is told is encrypted for the browser; its push service sees that something came.
 */
import webPush from 'web-push'
import type { Database } from '../../config/database/index.ts'
import { messageOf, wrongField } from '../../config/errors.ts'
import { SESSION_IDLE_MS } from '../../config/session-life.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import { createGuard } from '../../config/outbound/guard.ts'
import { send } from '../../config/outbound/send.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { PushSubscriptionRow } from '../../migrations/tables.ts'
import type { PushDoor, PushSubscription } from '../door.ts'
import type { CallView } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'
import { vapidKeysFrom } from './vapid.ts'

const SEALED_FOR = 'push-subscription'
const ANSWER_MS = 10_000
const MOST_ANSWER = 500
/** How long a push service keeps what it cannot hand over, in seconds: who is woken later than this is called no more. */
const TTL = 45
/** Calls that browsers were woken for, at most; beyond it the oldest are not told of any more. */
const MOST_CALLS = 5_000

/** Somebody calls. */
export interface WakeUp {
  tenantId: string
  callId: string
  /** Of all calls that one becomes. */
  rootId: string
  extensionId: string
  from: { number: string; name: string | null }
}

export interface PushRoom {
  door: PushDoor
  /** How many browsers would be woken. Never rejects. */
  count(tenantId: string, extensionId: string): Promise<number>
  /** Wakes the browsers of whose extension it is; says how many are told. Never rejects. */
  wake(call: WakeUp): Promise<number>
  close(): Promise<void>
}

interface Asleep {
  rowId: string
  subscription: PushSubscription
}

export async function openPush(options: { database: Database; secrets: Secrets; logger: Logger; events: Events; settings: Settings }): Promise<PushRoom> {
  const { database, secrets, events, settings } = options
  const logger = options.logger.child({ room: 'push' })
  const guard = createGuard(settings.webhooks.networks, { what: 'messages to browsers reach', setting: 'WEBHOOK_NETWORKS' })
  const keys = vapidKeysFrom(secrets.key('web-push'))
  const subject = settings.http.publicUrl?.startsWith('https:') ? settings.http.publicUrl : 'https://dialplane.invalid'
  /** By call: a group rings several extensions. */
  const woken = new Map<string, (Omit<WakeUp, 'callId'> & { browsers: readonly Asleep[] })[]>()
  const closing = new AbortController()

  /** Tenants with browsers that may be woken: where there are none, a call asks nobody. */
  let tenants: ReadonlySet<string> = new Set()
  const reload = async (): Promise<void> => {
    const rows = (await database.system('push', (trx) => trx<PushSubscriptionRow>('push_subscriptions').distinct('tenant_id'))) as { tenant_id: string }[]
    tenants = new Set(rows.map((row) => row.tenant_id))
  }
  const reloadSoon = (): void => void reload().catch((error: unknown) => logger.warn(`who may be woken is not read again: ${messageOf(error)}`))
  const unlisten = await database.listen('dialplane_push', reloadSoon, reloadSoon)
  await reload()

  const rowsOf = async (tenantId: string, extensionId: string): Promise<PushSubscriptionRow[]> =>
    tenants.has(tenantId) ? database.system('push', async (trx) => {
      const rows = await trx<PushSubscriptionRow>('push_subscriptions as p').join('sessions as s', 's.id', 'p.session_id').join('users as u', 'u.id', 's.user_id')
        .where({ 'p.tenant_id': tenantId, 'u.extension_id': extensionId, 'u.status': 'active' }).where('s.expires_at', '>', new Date()).where('s.last_seen_at', '>', new Date(Date.now() - SESSION_IDLE_MS))
        .whereExists(trx('user_roles as ur').join('role_permissions as rp', 'rp.role_id', 'ur.role_id').whereRaw('ur.user_id = u.id').where('rp.permission', 'softphone.use').select('ur.user_id')).select('p.id', 'p.subscription_sealed')
      return rows as PushSubscriptionRow[]
    }) : []
  const asleepOf = async (tenantId: string, extensionId: string): Promise<Asleep[]> =>
    (await rowsOf(tenantId, extensionId)).map(({ id, subscription_sealed }) => ({ rowId: id, subscription: JSON.parse(secrets.open(SEALED_FOR, tenantId, subscription_sealed)) as PushSubscription }))

  const tell = async (tenantId: string, { rowId, subscription }: Asleep, callId: string, message: object): Promise<void> => {
    const { body, headers } = webPush.generateRequestDetails(subscription, JSON.stringify(message), {
      vapidDetails: { subject, ...keys }, TTL, urgency: 'high', topic: callId.replaceAll('-', '').slice(0, 32), contentEncoding: 'aes128gcm',
    })
    const sent = await send(guard, { url: new URL(subscription.endpoint), method: 'POST', headers: headers as Record<string, string>, body, answerMs: ANSWER_MS, most: MOST_ANSWER, signal: closing.signal })
    if (sent.error === null) return
    // The browser took its word back, or was wiped (RFC 8030 §7.3).
    if (sent.status === 404 || sent.status === 410) return void (await database.system('push', (trx) => trx<PushSubscriptionRow>('push_subscriptions').where({ id: rowId }).delete()))
    logger.warn({ tenantId, service: new URL(subscription.endpoint).host, reason: sent.error }, 'a browser could not be told of a call')
  }
  const tellAll = (tenantId: string, browsers: readonly Asleep[], callId: string, message: object): void => {
    for (const browser of browsers) tell(tenantId, browser, callId, message).catch((error: unknown) => logger.error({ err: error, tenantId }, `a browser could not be told of a call: ${messageOf(error)}`))
  }

  const isOwnAnswered = (call: CallView, extensionId: string): boolean => call.legs.some((leg) => leg.extensionId === extensionId && leg.answeredAt !== null)
  const stopListening = events.subscribe((event) => {
    if (event.type !== 'call.updated' && event.type !== 'call.ended') return
    const { call } = event.data
    const told = woken.get(call.id)
    if (!told || (event.type === 'call.updated' && call.answeredAt === null)) return
    woken.delete(call.id)
    const missed = call.answeredAt === null
    for (const { tenantId, rootId, extensionId, from, browsers } of told) tellAll(tenantId, browsers, rootId, { kind: 'over', callId: rootId, ...from, missed, mine: isOwnAnswered(call, extensionId) })
  })

  return {
    door: {
      publicKey: keys.publicKey,
      async subscribe(actor, sessionId, subscription) {
        const why = await guard.refuses(new URL(subscription.endpoint))
        if (why !== undefined) throw wrongField('endpoint', why)
        const sealed = secrets.seal(SEALED_FOR, actor.tenantId, JSON.stringify(subscription))
        await database.change(actor, async (trx) => {
          await trx<PushSubscriptionRow>('push_subscriptions').insert({ id: newId(), tenant_id: actor.tenantId, session_id: sessionId, subscription_sealed: sealed }).onConflict('session_id').merge(['subscription_sealed'])
          return { result: undefined, audit: { action: 'push.subscribe', subjectType: 'session', subjectId: sessionId, after: { service: new URL(subscription.endpoint).host } } }
        })
        await reload()
      },
      unsubscribe: (actor, sessionId) =>
        database.change(actor, async (trx) => {
          const gone = await trx<PushSubscriptionRow>('push_subscriptions').where({ session_id: sessionId }).delete()
          return { result: undefined, audit: gone > 0 ? { action: 'push.unsubscribe', subjectType: 'session', subjectId: sessionId } : [] }
        }),
      isSubscribed: async (actor, sessionId) => (await database.read(actor, (trx) => trx<PushSubscriptionRow>('push_subscriptions').where({ session_id: sessionId }).first('id'))) !== undefined,
    },
    count: (tenantId, extensionId) =>
      rowsOf(tenantId, extensionId).then((rows) => rows.length, (error: unknown) => {
        logger.error({ err: error, tenantId }, `browsers to wake are not known: ${messageOf(error)}`)
        return 0
      }),
    async wake({ tenantId, callId, rootId, extensionId, from }) {
      try {
        const browsers = await asleepOf(tenantId, extensionId)
        if (browsers.length === 0) return 0
        if (woken.size >= MOST_CALLS) woken.delete(woken.keys().next().value as string)
        // A call goes on as another: that is the one whose end counts.
        for (const [id, [before]] of woken) if (id !== callId && before?.rootId === rootId) woken.delete(id)
        woken.set(callId, [...(woken.get(callId) ?? []), { tenantId, rootId, extensionId, from, browsers }])
        tellAll(tenantId, browsers, rootId, { kind: 'call', callId: rootId, ...from })
        return browsers.length
      } catch (error) {
        logger.error({ err: error, tenantId }, `browsers were not woken for a call: ${messageOf(error)}`)
        return 0
      }
    },
    async close() {
      stopListening()
      closing.abort()
      await unlisten()
    },
  }
}
