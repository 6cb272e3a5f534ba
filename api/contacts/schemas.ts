import { z } from 'zod'
import { pageQuery, search } from '../http/envelope.ts'
import { CONTROL, instant, line, readVersion, stamps } from '../http/fields.ts'

const text = (max: number) => z.string().trim().max(max).refine((value) => !CONTROL.test(value), 'must be one line without control characters')
const link = z.string().trim().max(2000).regex(/^https?:\/\/[^\s<>"]+$/, 'must be an address that begins with https:// or http://')
/** A link in which `{…}` stands for what is filled in. */
const template = link.refine((value) => [...value.matchAll(/\{(\w*)\}/g)].every(([, name]) => (FILLED as readonly (string | undefined)[]).includes(name)), 'may have {number}, {digits}, {name}, {email} and {externalId} filled in, and nothing else in braces')
export const FILLED = ['number', 'digits', 'name', 'email', 'externalId'] as const

const NumberInput = z.strictObject({ label: text(40).default(''), number: text(100).refine((value) => /\p{Nd}/u.test(value), 'must have digits') }).meta({ id: 'ContactNumberInput' })
const tag = line(40).refine((value) => !/[,;]/.test(value), 'must not have commas')

export const ContactCreate = z
  .strictObject({
    name: line(100),
    company: text(100).default(''),
    email: z.union([z.literal(''), z.email().max(254)]).default(''),
    externalId: text(200).min(1).nullable().default(null).meta({ description: 'Of the record in a CRM; no two contacts have the same.' }),
    externalUrl: link.nullable().default(null).meta({ description: 'Where the record is opened; null: as the settings say.' }),
    tags: z.array(tag).max(20).default([]),
    numbers: z.array(NumberInput).max(10).default([]),
  })
  .meta({ id: 'ContactCreate' })

export const ContactUpdate = z
  .strictObject({
    name: line(100).optional(),
    company: text(100).optional(),
    email: z.union([z.literal(''), z.email().max(254)]).optional(),
    externalId: text(200).min(1).nullable().optional(),
    externalUrl: link.nullable().optional(),
    tags: z.array(tag).max(20).optional(),
    numbers: z.array(NumberInput).max(10).optional().meta({ description: 'All of them; those not named are removed.' }),
    version: readVersion,
  })
  .meta({ id: 'ContactUpdate' })

export const Contact = z
  .object({
    id: z.uuid(), name: z.string(), company: z.string(), email: z.string(), externalId: z.string().nullable(), externalUrl: z.string().nullable(), tags: z.array(z.string()),
    numbers: z.array(z.object({ label: z.string(), number: z.string().meta({ description: 'As it was written.' }), e164: z.string().nullable().meta({ description: 'With the country code; null: it is no whole number.' }) }).meta({ id: 'ContactNumber' })),
    recordUrl: z.string().nullable().meta({ description: 'Where the record is opened: its own address, or the template of the settings filled in.' }),
    ...stamps,
  })
  .meta({ id: 'Contact' })

export const ContactMatch = z
  .object({ sure: z.boolean().meta({ description: 'False: one of the two numbers is without its area code, and they end the same.' }), written: z.string().meta({ description: 'The number that fits.' }), contact: Contact })
  .meta({ id: 'ContactMatch' })

export const ContactQuery = z.strictObject({ ...pageQuery, search: search.meta({ description: 'In name, company, e-mail, external id and numbers.' }), tag: z.string().max(40).optional() })

export const MatchQuery = z.strictObject({ number: z.string().min(1).max(100) })

export const ContactSettings = z
  .object({
    country: z.string().meta({ description: 'ISO 3166, of numbers that name none.' }),
    showNames: z.boolean().meta({ description: 'Phones and records show the name of a contact in the place of what the carrier says.' }),
    recordUrl: z.string().nullable().meta({ description: 'Where the record of a contact without an address of its own is opened.' }),
    version: z.number().int().meta({ description: '0 until somebody changes the settings.' }),
    updatedAt: instant.nullable(),
  })
  .meta({ id: 'ContactSettings' })

export const ContactSettingsUpdate = z
  .strictObject({
    country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters').optional(),
    showNames: z.boolean().optional(),
    recordUrl: template.nullable().optional().meta({ description: `With ${FILLED.map((name) => `{${name}}`).join(', ')} filled in.` }),
    version: z.number().int().min(0).optional().meta({ description: 'The version that was read; refused with 409 when it has changed since. If-Match does the same.' }),
  })
  .meta({ id: 'ContactSettingsUpdate' })

export const CSV_MAX = 15_000_000
export const MOST_LINES = 20_000

export const ContactImport = z
  .strictObject({
    csv: z.string().min(1).max(CSV_MAX).meta({ description: `Columns: name; company, email, externalId, externalUrl, tags (with ; between), number1 to number10 and label1 to label10. Up to ${MOST_LINES.toLocaleString('en')} lines.` }),
    trial: z.boolean().default(false).meta({ description: 'Only say what would happen.' }),
  })
  .meta({ id: 'ContactImport' })

export const ContactImportReport = z
  .object({
    created: z.number().int(), updated: z.number().int(), unchanged: z.number().int(),
    errors: z.array(z.object({ line: z.number().int(), field: z.string(), message: z.string() })).meta({ description: 'The first hundred; nothing is saved while there is any.' }),
  })
  .meta({ id: 'ContactImportReport' })
