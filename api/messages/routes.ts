/** Text messages to extensions: those that wait, sending one, and what is allowed. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pageQuery, pagination, Success } from '../http/envelope.ts'
import { given, instant, isoOf, ownNumber } from '../http/fields.ts'

const tag = 'Messages'

const MessageSettings = z
  .object({
    keepDays: z.number().int().meta({ description: 'Days a message waits for a phone that takes it.' }),
    perMinute: z.number().int().meta({ description: 'Messages of one extension, or one program, within a minute.' }),
  })
  .meta({ id: 'MessageSettings' })

export const MessageSettingsUpdate = z.strictObject({ keepDays: z.number().int().min(1).max(90).optional(), perMinute: z.number().int().min(1).max(10_000).optional() }).meta({ id: 'MessageSettingsUpdate' })

const WaitingMessage = z
  .object({
    id: z.uuid(),
    extensionId: z.uuid(),
    to: z.object({ number: z.string(), name: z.string() }),
    from: z.object({ number: z.string().meta({ description: 'Empty when a program sent it.' }), name: z.string().nullable() }),
    contentType: z.string(),
    bytes: z.number().int(),
    sentAt: instant,
    expiresAt: instant.meta({ description: 'From then on it is not delivered any more.' }),
  })
  .meta({ id: 'WaitingMessage', description: 'A text message that no phone has taken yet. Its words are not shown.' })

const MessageInput = z
  .strictObject({
    to: ownNumber.meta({ description: 'An extension’s number.' }),
    text: z.string().min(1).max(4_000),
    from: ownNumber.optional().meta({ description: 'The number of the extension it is from; absent: the name of whoever asks.' }),
  })
  .meta({ id: 'MessageInput' })

const SentMessage = z.object({ state: z.enum(['delivered', 'waiting']).meta({ description: '`delivered`: a phone has it. `waiting`: it is delivered when a phone registers.' }) }).meta({ id: 'SentMessage' })

const listWaitingMessages = defineRoute({
  method: 'get', path: '/messages', operationId: 'listWaitingMessages', summary: 'Text messages that wait for a phone, the oldest first', tag, permission: 'messages.read', query: z.strictObject({ ...pageQuery, extensionId: z.uuid().optional() }), response: pageOf(WaitingMessage),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.pbx.messages.waiting(actor, given(query))
    return { data: rows.map((message) => ({ ...message, sentAt: isoOf(message.sentAt), expiresAt: isoOf(message.expiresAt) })), pagination: pagination(total, query) }
  },
})

const sendMessage = defineRoute({
  method: 'post', path: '/messages', operationId: 'sendMessage', summary: 'Send a text message to the phones of an extension', tag, permission: 'messages.write', body: MessageInput, response: one(SentMessage), status: 202,
  handle: async ({ world, actor, body }) => ({ data: await world.pbx.messages.send(actor, given(body)) }),
})

const discardMessage = defineRoute({
  method: 'delete', path: '/messages/{id}', operationId: 'discardMessage', summary: 'Discard a text message that waits', tag, permission: 'messages.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.messages.discard(actor, params.id)
    return done
  },
})

const getMessageSettings = defineRoute({
  method: 'get', path: '/messages/settings', operationId: 'getMessageSettings', summary: 'How long text messages wait, and how many may be sent', tag, permission: 'messages.read', response: one(MessageSettings),
  handle: ({ world, actor }) => Promise.resolve({ data: world.pbx.messages.settings(actor) }),
})

const updateMessageSettings = defineRoute({
  method: 'patch', path: '/messages/settings', operationId: 'updateMessageSettings', summary: 'Change how long text messages wait, and how many may be sent', tag, permission: 'messages.write', body: MessageSettingsUpdate, response: one(MessageSettings),
  handle: async ({ world, actor, body }) => ({ data: await world.pbx.messages.configure(actor, given(body)) }),
})

export const messageRoutes = [listWaitingMessages, sendMessage, getMessageSettings, updateMessageSettings, discardMessage]
