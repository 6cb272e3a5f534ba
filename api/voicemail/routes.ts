import { z } from 'zod'
import { defineFileRoute, defineRoute, type StreamAnswer } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given, isoOf, isoOrNull } from '../http/fields.ts'
import type { Mailbox as MailboxOfPbx, VoiceMessage as MessageOfPbx, VoiceSound } from '../../pbx/index.ts'
import { AudioQuery, GREETING_MAX, GreetingInput, GreetingQuery, Mailbox, MailboxUpdate, PinInput, VoiceMessage, VoiceMessageForward, VoiceMessageMark, VoiceMessageQuery } from './schemas.ts'

const tag = 'Voicemail'

const presentBox = ({ greetings, ...box }: MailboxOfPbx): z.input<typeof Mailbox> => ({ ...box, greetings: { ...greetings } })

function presentMessage({ leftAt, heardAt, mailedAt, to, from, ...message }: MessageOfPbx): z.input<typeof VoiceMessage> {
  return { ...message, to: { ...to }, from: { ...from }, leftAt: isoOf(leftAt), heardAt: isoOrNull(heardAt), mailedAt: isoOrNull(mailedAt) }
}

const listMailboxes = defineRoute({
  method: 'get',
  path: '/mailboxes',
  operationId: 'listMailboxes',
  summary: 'The mailboxes of all extensions, with how many messages they have',
  tag,
  permission: 'voicemail.read',
  response: z.object({ data: z.array(Mailbox) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.voicemail.boxes(actor)).map(presentBox) }),
})

const getMailbox = defineRoute({
  method: 'get',
  path: '/mailboxes/{id}',
  operationId: 'getMailbox',
  summary: 'The mailbox of an extension',
  tag,
  permission: 'voicemail.read',
  params: idParams,
  response: one(Mailbox),
  handle: async ({ world, actor, params }) => ({ data: presentBox(await world.pbx.voicemail.box(actor, params.id)) }),
})

const updateMailbox = defineRoute({
  method: 'patch',
  path: '/mailboxes/{id}',
  operationId: 'updateMailbox',
  summary: 'Change a mailbox',
  tag,
  permission: 'voicemail.write',
  params: idParams,
  body: MailboxUpdate,
  versioned: true,
  response: one(Mailbox),
  handle: async ({ world, actor, params, body: { version, ...input }, ifMatch }) => ({ data: presentBox(await world.pbx.voicemail.update(actor, params.id, given(input), ifMatch ?? version)) }),
})

const setMailboxPin = defineRoute({
  method: 'put',
  path: '/mailboxes/{id}/pin',
  operationId: 'setMailboxPin',
  summary: 'Set the PIN of a mailbox',
  description: 'It is kept as a hash and cannot be read again.',
  tag,
  permission: 'voicemail.write',
  params: idParams,
  body: PinInput,
  response: one(Mailbox),
  handle: async ({ world, actor, params, body }) => ({ data: presentBox(await world.pbx.voicemail.setPin(actor, params.id, body.pin)) }),
})

const getGreetingAudio = defineFileRoute({
  method: 'get',
  path: '/mailboxes/{id}/greeting',
  operationId: 'getGreetingAudio',
  summary: 'A greeting as callers hear it',
  tag,
  permission: 'voicemail.read',
  params: idParams,
  query: GreetingQuery,
  file: 'audio/wav',
  handle: async ({ world, actor, params, query }) => ({ path: await world.pbx.voicemail.greeting(actor, params.id, query.kind), name: `greeting-${query.kind}.wav` }),
})

const setGreeting = defineRoute({
  method: 'put',
  path: '/mailboxes/{id}/greeting',
  operationId: 'setGreeting',
  summary: 'Give a mailbox a greeting',
  tag,
  permission: 'voicemail.write',
  params: idParams,
  query: GreetingQuery,
  body: GreetingInput,
  bodyMax: Math.ceil(GREETING_MAX / 3) * 4 + 1_000,
  response: one(Mailbox),
  handle: async ({ world, actor, params, query, body }) => ({
    data: presentBox(await world.pbx.voicemail.setGreeting(actor, params.id, query.kind, 'text' in body ? { text: body.text } : { sound: Buffer.from(body.sound, 'base64') })),
  }),
})

const removeGreeting = defineRoute({
  method: 'delete',
  path: '/mailboxes/{id}/greeting',
  operationId: 'removeGreeting',
  summary: 'Greet with the standard words again',
  tag,
  permission: 'voicemail.write',
  params: idParams,
  query: GreetingQuery,
  response: one(Mailbox),
  handle: async ({ world, actor, params, query }) => ({ data: presentBox(await world.pbx.voicemail.setGreeting(actor, params.id, query.kind, undefined)) }),
})

const listVoiceMessages = defineRoute({
  method: 'get',
  path: '/voicemail',
  operationId: 'listVoiceMessages',
  summary: 'Voice messages, newest first',
  tag,
  permission: 'voicemail.read',
  query: VoiceMessageQuery,
  response: pageOf(VoiceMessage),
  async handle({ world, actor, query }) {
    const { heard, ...rest } = query
    const { rows, total } = await world.pbx.voicemail.messages(actor, given({ ...rest, heard: heard === undefined ? undefined : heard === 'true' }))
    return { data: rows.map(presentMessage), pagination: pagination(total, query) }
  },
})

const getVoiceMessage = defineRoute({
  method: 'get',
  path: '/voicemail/{id}',
  operationId: 'getVoiceMessage',
  summary: 'What is known of a voice message',
  tag,
  permission: 'voicemail.read',
  params: idParams,
  response: one(VoiceMessage),
  handle: async ({ world, actor, params }) => ({ data: presentMessage(await world.pbx.voicemail.message(actor, params.id)) }),
})

const getVoiceMessageAudio = defineFileRoute({
  method: 'get',
  path: '/voicemail/{id}/audio',
  operationId: 'getVoiceMessageAudio',
  summary: 'The sound of a voice message',
  description: 'Opus in Ogg. Range requests are answered. Each listening is audited; it does not mark the message as heard.',
  tag,
  permission: 'voicemail.read',
  params: idParams,
  query: AudioQuery,
  file: 'audio/ogg',
  async handle({ world, actor, params, query }) {
    const download = query.download === 'true'
    const sound = await world.pbx.voicemail.open(actor, params.id, 'ogg', download ? 'download' : 'listen')
    return { ...answerOf(sound, 'ogg'), ranges: true, tag: sound.sha256, attachment: download }
  },
})

const getVoiceMessageWav = defineFileRoute({
  method: 'get',
  path: '/voicemail/{id}/audio.wav',
  operationId: 'getVoiceMessageWav',
  summary: 'The sound of a voice message as WAV',
  tag,
  permission: 'voicemail.read',
  params: idParams,
  file: 'audio/wav',
  handle: async ({ world, actor, params }) => ({ ...answerOf(await world.pbx.voicemail.open(actor, params.id, 'wav', 'download'), 'wav'), ranges: false, attachment: true }),
})

/** The name tells a person what it is: when, and who. */
function answerOf(sound: VoiceSound, ending: string): Omit<StreamAnswer, 'ranges'> {
  const { leftAt, from } = sound.message
  const when = leftAt.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')
  return { bytes: sound.bytes, read: (start, end) => sound.read(start, end), close: () => sound.close(), name: `${['message', when, from.number].filter((part) => part !== '').join('-')}.${ending}` }
}

const markVoiceMessage = defineRoute({
  method: 'patch',
  path: '/voicemail/{id}',
  operationId: 'markVoiceMessage',
  summary: 'Mark a voice message as heard or new, urgent or not',
  tag,
  permission: 'voicemail.write',
  params: idParams,
  body: VoiceMessageMark,
  response: one(VoiceMessage),
  handle: async ({ world, actor, params, body }) => ({ data: presentMessage(await world.pbx.voicemail.mark(actor, params.id, given(body))) }),
})

const forwardVoiceMessage = defineRoute({
  method: 'post',
  path: '/voicemail/{id}/forward',
  operationId: 'forwardVoiceMessage',
  summary: 'Put a copy of a voice message into other mailboxes',
  tag,
  permission: 'voicemail.write',
  params: idParams,
  body: VoiceMessageForward,
  response: Success,
  async handle({ world, actor, params, body }) {
    await world.pbx.voicemail.forward(actor, params.id, body.mailboxIds)
    return done
  },
})

const deleteVoiceMessage = defineRoute({
  method: 'delete',
  path: '/voicemail/{id}',
  operationId: 'deleteVoiceMessage',
  summary: 'Delete a voice message',
  tag,
  permission: 'voicemail.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.voicemail.remove(actor, params.id)
    return done
  },
})

export const voicemailRoutes = [
  listMailboxes, getMailbox, updateMailbox, setMailboxPin, getGreetingAudio, setGreeting, removeGreeting,
  listVoiceMessages, getVoiceMessage, getVoiceMessageAudio, getVoiceMessageWav, markVoiceMessage, forwardVoiceMessage, deleteVoiceMessage,
]
