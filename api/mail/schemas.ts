import { z } from 'zod'
import { pageQuery } from '../http/envelope.ts'
import { instant } from '../http/fields.ts'

const server = {
  host: z.string().trim().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  security: z.enum(['tls', 'starttls', 'none']).meta({ description: '`tls` from the first byte (port 465), `starttls` (587), or `none` for a relay on a trusted network (25), which is then not signed in to.' }),
  username: z.string().trim().max(200).nullable().meta({ description: 'Null: the server takes mail without signing in.' }),
  sender: z.string().trim().max(254).meta({ description: 'The address mail is from.' }),
  senderName: z.string().trim().max(100),
}

export const MailSettings = z.object({ ...server, hasPassword: z.boolean(), version: z.number().int() }).meta({ id: 'MailSettings', description: 'The SMTP server that takes this tenant’s mail.' })

export const MailSettingsInput = z
  .strictObject({
    ...server,
    password: z.string().min(1).max(500).optional().meta({ description: 'Left out: the stored one stays, unless the server is another.' }),
    version: z.number().int().min(0).optional().meta({ description: 'The version that was read, 0 when there was none; refused with 409 when it has changed since.' }),
  })
  .meta({ id: 'MailSettingsInput' })

export const MailTest = z.strictObject({ to: z.string().trim().min(3).max(254) }).meta({ id: 'MailTest' })

const state = z.enum(['waiting', 'sent', 'failed'])

export const OutgoingMail = z
  .object({
    id: z.uuid(),
    kind: z.string().meta({ description: 'What wrote it, e.g. `voicemail`.' }),
    recipients: z.array(z.string()),
    title: z.string(),
    createdAt: instant,
    state: state.meta({ description: '`failed`: the server refused it for good, or three days have passed.' }),
    tries: z.number().int(),
    nextTry: instant.nullable(),
    lastError: z.string().nullable(),
    sentAt: instant.nullable(),
  })
  .meta({ id: 'OutgoingMail' })

export const MailQuery = z.strictObject({ ...pageQuery, state: state.optional() })
