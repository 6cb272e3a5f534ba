/** Numbers whose calls a program decides. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { idParams, one } from '../http/envelope.ts'
import { dialled, line, orNull, ownNumber, readVersion, stamps } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'

const tag = 'Applications'
const write = 'webhooks.write'

const url = z.url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' }).max(1000).meta({ description: 'Where the program is asked, by POST. Addresses of private networks are asked only where WEBHOOK_NETWORKS names them.' })
const answerMs = z.number().int().min(500).max(10_000).meta({ description: 'Milliseconds until its whole answer must be here.' })
const fallback = dialled.meta({ description: 'What is dialled for the caller when the program does not answer in time, with 2xx, and with verbs that can be carried out.' })
const outsideCalls = z.enum(['none', 'national', 'international']).meta({ description: 'Where outside the program may have calls put through. Nowhere unless told otherwise: what callers type must not become calls that cost money.' })

const Application = z
  .object({ id: z.uuid(), number: z.string(), name: z.string(), url: z.string(), answerMs, fallback: z.string(), outsideCalls, hasSecret: z.boolean().meta({ description: 'Requests are signed; without a secret, which nobody has asked for yet, they are not.' }), enabled: z.boolean(), ...stamps })
  .meta({
    id: 'Application',
    description: [
      'A number whose calls a program of yours decides.',
      'When a call comes, the program is sent `{"event": "call", "application": {"id", "number", "name"}, "call": {"id", "rootId", "startedAt", "from": {"number", "name", "extensionId"}, "dialled", "answered"}, "result": null}`, signed as Standard Webhooks 1.0 says (webhook-id, webhook-timestamp, webhook-signature), and answers 200 with `{"verbs": [...]}`:',
      '`{"verb": "say", "text"}`, `{"verb": "play", "prompt"}`, `{"verb": "pause", "seconds"}`, `{"verb": "gather", "digits", "seconds"?, "finishOnKey"?, "text"?}`, `{"verb": "dial", "to", "prefix"?}`, `{"verb": "reject", "reason": "busy" | "declined"}`, `{"verb": "hangup"}`.',
      'They are carried out in order; gather, dial, reject and hangup have to be the last, and without one the call ends. say, play, pause and gather answer the call. A key cuts what is said short and is kept for gather.',
      'After gather it is asked again with `"event": "gathered"` and `"result": {"verb": "gather", "digits", "end": "complete" | "key" | "timeout"}`. dial goes on to whatever one would dial: an extension, a ring group, *99102 for a mailbox. Where nobody takes the call it is asked again with `"event": "not-answered"` and `"result": {"verb": "dial", "to", "outcome", "explanation"}`.',
      'No answer in time, another status, or what cannot be carried out: the call goes to the fallback, and its history says why.',
    ].join('\n\n'),
  })

const options = { answerMs: answerMs.optional(), outsideCalls: outsideCalls.optional(), enabled: z.boolean().optional() }
export const ApplicationCreate = z.strictObject({ number: ownNumber, name: line(100), url, fallback, ...options }).meta({ id: 'ApplicationCreate' })
const ApplicationUpdate = z.strictObject({ number: ownNumber.optional(), name: line(100).optional(), url: url.optional(), fallback: fallback.optional(), ...options, version: readVersion }).meta({ id: 'ApplicationUpdate' })

const ApplicationSecret = z.object({ secret: z.string() }).meta({ id: 'ApplicationSecret', description: 'Shown this once.' })

const ApplicationTrial = z
  .object({
    asked: z.string().meta({ description: 'What it was sent, in JSON.' }),
    status: orNull(z.number().int()).meta({ description: 'Null: nothing came back.' }),
    ms: z.number().int(),
    answer: z.string().meta({ description: 'What it answered, as far as it was read.' }),
    verbs: z.array(z.string()).meta({ description: 'What would be done, a phrase a verb.' }),
    problem: orNull(z.string()).meta({ description: 'Why the call would go to the fallback; null: nothing is wrong.' }),
  })
  .meta({ id: 'ApplicationTrial' })

export const applicationRoutes = [
  ...keptRoutes({
    path: '/applications', one: 'Application', many: 'Applications', tag, read: 'extensions.read', write,
    words: { list: 'Applications, by number', create: 'Add an application', get: 'An application', update: 'Change an application', remove: 'Remove an application' },
    shown: Application, create: ApplicationCreate, update: ApplicationUpdate, kept: ({ applications }) => applications, present: stamped,
  }),
  defineRoute({
    method: 'post', path: '/applications/{id}/secret', operationId: 'renewApplicationSecret', summary: 'Give an application a secret, or another one', description: 'The one before signs no more. The secret is in this answer and in no other.', tag, permission: write,
    params: idParams, secret: true, response: one(ApplicationSecret),
    handle: async ({ world, actor, params }) => ({ data: { secret: await world.pbx.applications.renewSecret(actor, params.id) } }),
  }),
  defineRoute({
    method: 'post', path: '/applications/{id}/test', operationId: 'tryOutApplication', summary: 'Ask the program about a call that is none, and say what would be done', tag, permission: write,
    params: idParams, response: one(ApplicationTrial),
    handle: async ({ world, actor, params }) => ({ data: await world.pbx.applications.tryOut(actor, params.id) }),
  }),
]
