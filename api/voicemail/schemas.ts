import { z } from 'zod'
import { order, pageQuery, search } from '../http/envelope.ts'
import { dialled, instant, readVersion } from '../http/fields.ts'

/** Of a greeting; base64 makes it a third more. */
export const GREETING_MAX = 10_000_000

export const GreetingKind = z.enum(['unavailable', 'busy', 'temporary', 'name']).meta({
  id: 'GreetingKind',
  description: 'Heard while nobody answers, while busy, or instead of both for a while; `name` is spoken in the standard greetings.',
})

const seconds = z.number().optional()
const mailThen = z.enum(['keep', 'heard', 'delete'])

export const Mailbox = z
  .object({
    id: z.uuid().meta({ description: 'That of its extension.' }),
    number: z.string(),
    name: z.string(),
    enabled: z.boolean().meta({ description: 'Callers who reach nobody may leave a message; switched with the extension.' }),
    hasPin: z.boolean(),
    askOwnPhone: z.boolean().meta({ description: 'The extension’s own phones are asked for the PIN too.' }),
    operator: z.string().nullable().meta({ description: 'Number that callers reach with 0; null: none.' }),
    maxMessages: z.number().int(),
    maxSeconds: z.number().int().meta({ description: 'Longest message.' }),
    keepDays: z.number().int().nullable().meta({ description: 'Days after which messages are deleted; null: never.' }),
    mwiUnsolicited: z.boolean().meta({ description: 'Phones of the extension that do not subscribe to waiting messages (RFC 3842) get NOTIFYs of them all the same.' }),
    mailTo: z.array(z.string()).meta({ description: 'Each message goes to these by e-mail.' }),
    mailAttach: z.boolean().meta({ description: 'With its sound.' }),
    mailThen: mailThen.meta({ description: 'What becomes of a message that went out by e-mail; without its sound it is not deleted.' }),
    greetings: z.object({ unavailable: seconds, busy: seconds, temporary: seconds, name: seconds }).meta({ description: 'Those that were recorded, with their length in seconds.' }),
    unheard: z.number().int(),
    unheardUrgent: z.number().int(),
    heard: z.number().int(),
    heardUrgent: z.number().int(),
    version: z.number().int(),
  })
  .meta({ id: 'Mailbox', description: 'Every extension has one.' })

export const MailboxUpdate = z
  .strictObject({
    askOwnPhone: z.boolean().optional(),
    operator: dialled.nullable().optional(),
    maxMessages: z.number().int().min(1).max(1000).optional(),
    maxSeconds: z.number().int().min(10).max(1800).optional(),
    keepDays: z.number().int().min(1).max(3650).nullable().optional(),
    mwiUnsolicited: z.boolean().optional(),
    mailTo: z.array(z.string().trim().max(254)).max(10).optional(),
    mailAttach: z.boolean().optional(),
    mailThen: mailThen.optional(),
    version: readVersion,
  })
  .meta({ id: 'MailboxUpdate' })

export const PinInput = z
  .strictObject({ pin: z.string().regex(/^[0-9]{4,12}$/, 'must be 4 to 12 digits').nullable().meta({ description: 'Null: none; the extension’s own phone then asks for a new one.' }) })
  .meta({ id: 'MailboxPin' })

export const GreetingQuery = z.strictObject({ kind: GreetingKind })

export const GreetingInput = z
  .union([
    z.strictObject({ text: z.string().trim().min(1).max(1000).meta({ description: 'Spoken by the voice of the house.' }) }),
    z.strictObject({ sound: z.base64().min(1).max(Math.ceil(GREETING_MAX / 3) * 4).meta({ description: 'A WAV file (16-bit PCM or G.711) or Opus in Ogg, base64; at most 10 MB.' }) }),
  ])
  .meta({ id: 'GreetingInput' })

export const VoiceMessage = z
  .object({
    id: z.uuid(),
    mailboxId: z.uuid(),
    to: z.object({ number: z.string(), name: z.string() }).meta({ description: 'Whose mailbox it is in.' }),
    from: z.object({ number: z.string(), name: z.string().nullable() }),
    callId: z.uuid().nullable(),
    leftAt: instant,
    seconds: z.number(),
    urgent: z.boolean(),
    heardAt: instant.nullable(),
    forwardedBy: z.string().nullable().meta({ description: 'Who sent it on to this mailbox.' }),
    mailedAt: instant.nullable().meta({ description: 'When it went out by e-mail.' }),
  })
  .meta({ id: 'VoiceMessage' })

export const VoiceMessageQuery = z.strictObject({
  ...pageQuery,
  search,
  mailboxId: z.uuid().optional(),
  heard: z.enum(['true', 'false']).optional(),
  sort: z.enum(['left_at', 'seconds']).default('left_at'),
  order: order('desc'),
})

export const VoiceMessageMark = z.strictObject({ heard: z.boolean().optional(), urgent: z.boolean().optional() }).meta({ id: 'VoiceMessageMark' })

export const VoiceMessageForward = z.strictObject({ mailboxIds: z.array(z.uuid()).min(1).max(50) }).meta({ id: 'VoiceMessageForward' })

export const AudioQuery = z.strictObject({ download: z.enum(['true', 'false']).optional().meta({ description: 'To be saved: the audit then says downloaded instead of listened to.' }) })
