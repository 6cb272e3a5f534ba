import { z } from 'zod'
import { Call } from '../calls/schemas.ts'
import { CONTROL, dialled, instant, isPageOrigin, orNull } from '../http/fields.ts'
import { pageQuery } from '../http/envelope.ts'

const style = z.enum(['by-phone', 'call-info', 'alert-info', 'poly', 'panasonic', 'mitel', 'answer-mode'])

export const ClickConfig = z
  .object({
    extensionId: z.uuid(),
    extension: z.string().meta({ description: 'Its number.' }),
    name: z.string(),
    enabled: z.boolean().meta({ description: 'False: every click is refused.' }),
    deviceIds: z.array(z.uuid()).nullable().meta({ description: 'The phones that ring; null: all of the extension.' }),
    autoAnswer: z.boolean().meta({ description: 'The phone is asked to answer by itself, unless a click says otherwise.' }),
    autoAnswerStyle: style.meta({ description: 'The header that asks for it; by-phone: as the vendor of the phone wants it.' }),
    namePrefix: z.string().meta({ description: 'Before the name of who will be called, on the own phone.' }),
    outsideNumber: z.string().nullable().meta({ description: 'Shown to who is called outside; null: as for every call of the extension.' }),
    ringSeconds: z.number().int().nullable().meta({ description: 'For how long the own phone rings; null: as for every call to the extension.' }),
    version: z.number().int().meta({ description: '0 until somebody changes the settings.' }),
    updatedAt: instant.nullable(),
  })
  .meta({ id: 'ClickToDialConfig' })

export const ClickConfigUpdate = z
  .strictObject({
    enabled: z.boolean().optional(),
    deviceIds: z.array(z.uuid()).min(1).max(50).nullable().optional(),
    autoAnswer: z.boolean().optional(),
    autoAnswerStyle: style.optional(),
    namePrefix: z.string().trim().max(40).refine((text) => !CONTROL.test(text), 'must be one line without control characters').optional(),
    outsideNumber: dialled.nullable().optional(),
    ringSeconds: z.number().int().min(5).max(300).nullable().optional(),
    version: z.number().int().min(0).optional().meta({ description: 'The version that was read; refused with 409 when it has changed since. If-Match does the same.' }),
  })
  .meta({ id: 'ClickToDialConfigUpdate' })

export const Click = z
  .object({
    own: Call,
    then: orNull(Call).meta({ description: 'The last call that came of it; null when the own phone was not answered.' }),
  })
  .meta({ id: 'ClickToDialHistory', description: 'The call to the own phone, and what came of it.' })

const origin = z.string().trim().max(300).transform((text) => text.replace(/\/$/, '')).refine(isPageOrigin, 'must be the origin of a web page, such as https://crm.example.com, without a path')

export const DialPages = z
  .object({
    origins: z.array(z.string()).meta({ description: 'Scheme, name and port of the pages, such as https://crm.example.com.' }),
    version: z.number().int().meta({ description: '0 until somebody names any.' }),
    updatedAt: instant.nullable(),
  })
  .meta({ id: 'DialPages', description: 'Web pages whose scripts may call with tokens of the people, and which may frame the page for HubSpot.' })

export const DialPagesUpdate = z
  .strictObject({ origins: z.array(origin).max(100).optional(), version: z.number().int().min(0).optional().meta({ description: 'The version that was read; refused with 409 when it has changed since. If-Match does the same.' }) })
  .meta({ id: 'DialPagesUpdate' })

export const extensionParams = z.strictObject({ extension: z.string().regex(/^[0-9a-f-]{2,36}$/, 'must be the number of an extension, or its id') })

export const ClickQuery = z.strictObject(pageQuery)
