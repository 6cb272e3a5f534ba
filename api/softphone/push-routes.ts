/** Ringing while the panel is closed: the browser is woken (Web Push, RFC 8030). */
import { z } from 'zod'
import { Refusal } from '../../config/errors.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, one, Success } from '../http/envelope.ts'

const tag = 'Softphone'
const permission = 'softphone.use'

export const PushSubscription = z
  .strictObject({
    endpoint: z.url({ protocol: /^https?$/ }).max(2_000).meta({ description: 'At the push service of the browser\'s maker.' }),
    keys: z.strictObject({
      p256dh: z.base64url().length(87).meta({ description: 'Public key of the browser, a P-256 point.' }),
      auth: z.base64url().length(22).meta({ description: '16 bytes that the browser and we share.' }),
    }),
  })
  .meta({ id: 'PushSubscription', description: 'As PushSubscription.toJSON() of the Push API gives it, without expirationTime.' })

export const PushState = z
  .object({
    publicKey: z.string().meta({ description: 'applicationServerKey of PushManager.subscribe (VAPID, RFC 8292).' }),
    subscribed: z.boolean().meta({ description: 'This session is told of calls.' }),
  })
  .meta({ id: 'PushState' })

function sessionOf(session: { id: string } | undefined): string {
  if (!session) throw new Refusal('forbidden', 'This is for a person signed in to the panel, not for a token.')
  return session.id
}

const getPush = defineRoute({
  method: 'get', path: '/softphone/push', operationId: 'getPush', summary: 'Whether this browser is woken for calls', tag, permission, response: one(PushState),
  handle: async ({ world, actor, session }) => ({ data: { publicKey: world.pbx.push.publicKey, subscribed: await world.pbx.push.isSubscribed(actor, sessionOf(session)) } }),
})

const putPush = defineRoute({
  method: 'put', path: '/softphone/push', operationId: 'subscribePush', summary: 'Have this browser woken for calls', tag, permission, body: PushSubscription, response: one(PushState),
  description: 'Calls to the own extension are told until the session ends: who calls, and that it is over. What is told is encrypted for the browser. A page that opens then and registers rings as part of the same call.',
  async handle({ world, actor, session, body }) {
    await world.pbx.push.subscribe(actor, sessionOf(session), body)
    return { data: { publicKey: world.pbx.push.publicKey, subscribed: true } }
  },
})

const deletePush = defineRoute({
  method: 'delete', path: '/softphone/push', operationId: 'unsubscribePush', summary: 'Have this browser not woken any more', tag, permission, response: Success,
  async handle({ world, actor, session }) {
    await world.pbx.push.unsubscribe(actor, sessionOf(session))
    return done
  },
})

export const pushRoutes = [getPush, putPush, deletePush]
