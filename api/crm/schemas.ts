import { z } from 'zod'
import { order, pageQuery } from '../http/envelope.ts'
import { instant, line, readVersion, stamps } from '../http/fields.ts'

const kind = z.enum(['hubspot', 'zendesk'])
const direction = z.enum(['inbound', 'outbound'])
const unknownCallers = z.enum(['leave', 'create'])

const words = {
  address: 'Of the API: https://api.hubapi.com for HubSpot, https://COMPANY.zendesk.com for Zendesk.',
  email: 'Zendesk: whose API token it is; null: the token is an OAuth token. HubSpot: null.',
  extensionIds: 'Calls in which one of these takes part; null: all.',
  unknownCallers: 'What becomes of a call whose number nobody in the CRM has: it is left out, or a contact is made.',
  callLinks: 'What is logged names the page of the call in the panel, where its recording is for those who may hear it.',
}

export const CrmConnection = z
  .object({
    id: z.uuid(), name: z.string(), kind, address: z.string().meta({ description: words.address }), email: z.string().nullable().meta({ description: words.email }),
    directions: z.array(direction), extensionIds: z.array(z.uuid()).nullable().meta({ description: words.extensionIds }),
    unknownCallers: unknownCallers.meta({ description: words.unknownCallers }), callLinks: z.boolean().meta({ description: words.callLinks }), enabled: z.boolean(),
    account: z.string().nullable().meta({ description: 'As the CRM names it; null: it was not asked yet.' }),
    refused: z.string().nullable().meta({ description: 'Why it does not take the credentials, and what helps. Calls wait meanwhile.' }),
    pausedUntil: instant.nullable().meta({ description: 'It did not take the last call, and is tried again then.' }),
    waiting: z.number().int().meta({ description: 'Calls that wait to be logged.' }),
    failed: z.number().int().meta({ description: 'Calls that were given up and can be logged again.' }),
    lastError: z.string().nullable(),
    ...stamps,
  })
  .meta({ id: 'CrmConnection', description: 'A CRM that calls are logged to.' })

const name = line(100)
const address = z.url({ protocol: /^https?$/ }).max(500).meta({ description: words.address })
const email = z.email().max(200).nullable().meta({ description: words.email })
const token = z.string().trim().min(8).max(2_000).regex(/^[\x21-\x7e]+$/, 'must be one word').meta({ description: 'HubSpot: of a service key or a private app. Zendesk: an API token or an OAuth token. It is never shown again.' })
const rest = {
  directions: z.array(direction).min(1).max(2).optional(), extensionIds: z.array(z.uuid()).min(1).max(1_000).nullable().optional().meta({ description: words.extensionIds }),
  unknownCallers: unknownCallers.optional().meta({ description: words.unknownCallers }), callLinks: z.boolean().optional().meta({ description: words.callLinks }), enabled: z.boolean().optional(),
}

export const CrmConnectionCreate = z.strictObject({ name, kind, address: address.optional(), email: email.optional(), token, ...rest }).meta({ id: 'CrmConnectionCreate' })
export const CrmConnectionUpdate = z
  .strictObject({ name: name.optional(), address: address.optional(), email: email.optional(), token: token.optional().meta({ description: 'Left out: as it is. Needed where the address changes, for a token is sent nowhere else than it was entered for.' }), ...rest, version: readVersion })
  .meta({ id: 'CrmConnectionUpdate' })

export const CrmRecord = z.strictObject({ recordId: z.string().regex(/^[0-9]{1,30}$/, 'must be the id of a call in HubSpot') }).meta({ id: 'CrmRecord' })
export const CrmTest = z.object({ account: z.string().nullable(), error: z.string().nullable() }).meta({ id: 'CrmTest', description: 'What the CRM answered; error is null when it takes the credentials.' })
export const CrmReplay = z.object({ count: z.number().int() }).meta({ id: 'CrmReplay' })

const state = z.enum(['waiting', 'logged', 'left-out', 'failed'])

export const CrmCall = z
  .object({
    id: z.uuid(), callId: z.uuid(), state, direction, number: z.string(), name: z.string().nullable(), who: z.string().nullable().meta({ description: 'Of the house.' }), startedAt: instant,
    recordUrl: z.string().nullable().meta({ description: 'Where it is in the CRM.' }), madeContact: z.boolean(), why: z.string().nullable().meta({ description: 'Of a call that was left out.' }),
    tries: z.number().int(), status: z.number().int().nullable(), error: z.string().nullable(), ms: z.number().int().nullable(), lastTryAt: instant.nullable(),
  })
  .meta({ id: 'CrmCall', description: 'A call on its way to a CRM.' })

export const CrmCallQuery = z.strictObject({ ...pageQuery, order: order('desc'), state: state.optional() })
