import type { z } from 'zod'
import { isUniqueViolation, type Transaction } from '../../config/database/index.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { ContactNumberRow, ContactRow, ContactSettingsRow } from '../../migrations/tables.ts'
import { findContacts, readNumber, STANDARD_COUNTRY } from '../../pbx/index.ts'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { Contact, ContactCreate, ContactMatch, ContactQuery, ContactSettings } from './schemas.ts'

export type ContactInput = z.output<typeof ContactCreate>
export type Settings = z.input<typeof ContactSettings>
export type KeptContact = ContactRow & { numbers: ContactNumberRow[] }

export async function settingsOf(trx: Transaction): Promise<Settings> {
  const row = (await trx<ContactSettingsRow>('contact_settings').first()) as ContactSettingsRow | undefined
  return { country: row?.country ?? STANDARD_COUNTRY, showNames: row?.show_names ?? true, recordUrl: row?.record_url ?? null, version: row?.version ?? 0, updatedAt: isoOrNull(row?.updated_at ?? null) }
}

export async function listContacts(trx: Transaction, { page, limit, search, tag }: z.output<typeof ContactQuery>): Promise<{ rows: z.input<typeof Contact>[]; total: number }> {
  const matching = trx<ContactRow>('contacts').modify((rows) => {
    if (tag !== undefined) rows.whereRaw('? = ANY(tags)', [tag])
    if (search !== undefined) rows.where((any) => searched(any, search))
  })
  const [count] = await matching.clone().count<{ count: string }[]>('id as count')
  const rows = (await matching.clone().orderByRaw('lower(name), id').limit(limit).offset((page - 1) * limit)) as ContactRow[]
  const settings = await settingsOf(trx)
  return { rows: (await withNumbers(trx, rows)).map((contact) => presentContact(contact, settings)), total: Number(count?.count ?? 0) }
}

function searched(rows: { whereRaw(sql: string, values: string[]): unknown; orWhereRaw(sql: string, values: string[]): unknown }, search: string): void {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  rows.whereRaw('(name ILIKE ? OR company ILIKE ? OR email ILIKE ? OR external_id ILIKE ?)', [like, like, like, like])
  // However it is written: without what stands between, and without the zero before an area code.
  const digits = /^[\d\s+()./-]+$/.test(search) ? search.replace(/\(0\)|\D/g, '').replace(/^0+/, '') : ''
  if (digits.length > 2) rows.orWhereRaw('id IN (SELECT contact_id FROM contact_numbers WHERE digits LIKE ?)', [`%${digits}%`])
}

export async function withNumbers(trx: Transaction, rows: readonly ContactRow[]): Promise<KeptContact[]> {
  const numbers = rows.length === 0 ? [] : ((await trx<ContactNumberRow>('contact_numbers').whereRaw('contact_id = ANY(?)', [rows.map(({ id }) => id)]).orderBy('position')) as ContactNumberRow[])
  const byContact = Map.groupBy(numbers, (number) => number.contact_id)
  return rows.map((row) => ({ ...row, numbers: byContact.get(row.id) ?? [] }))
}

/** @throws Refusal `not-found` */
export async function findContact(trx: Transaction, id: string, lock = false): Promise<KeptContact> {
  const row = (await trx<ContactRow>('contacts').where({ id }).modify((query) => void (lock && query.forUpdate())).first()) as ContactRow | undefined
  const [contact] = row ? await withNumbers(trx, [row]) : []
  if (!contact) throw new Refusal('not-found', 'There is no such contact.')
  return contact
}

export async function matchContacts(trx: Transaction, tenantId: string, number: string): Promise<z.input<typeof ContactMatch>[]> {
  const settings = await settingsOf(trx)
  const found = await findContacts(trx, tenantId, number, settings.country)
  const rows = found.length === 0 ? [] : ((await trx<ContactRow>('contacts').whereRaw('id = ANY(?)', [found.map(({ id }) => id)])) as ContactRow[])
  const byId = new Map((await withNumbers(trx, rows)).map((contact) => [contact.id, contact]))
  return found.flatMap(({ id, sure, written }) => {
    const contact = byId.get(id)
    return contact ? [{ sure, written, contact: presentContact(contact, settings) }] : []
  })
}

export async function insertContact(trx: Transaction, tenantId: string, input: ContactInput, country: string): Promise<string> {
  const id = newId()
  await named(trx('contacts').insert({ id, tenant_id: tenantId, ...columnsOf(input) }))
  const numbers = numberRows(tenantId, id, input.numbers, country)
  if (numbers.length > 0) await trx('contact_numbers').insert(numbers)
  return id
}

export async function changeContact(trx: Transaction, before: KeptContact, input: Partial<ContactInput>, country: string): Promise<void> {
  await named(trx<ContactRow>('contacts').where({ id: before.id }).update({ ...columnsOf(input), version: before.version + 1, updated_at: trx.fn.now() } as never))
  if (input.numbers === undefined) return
  await trx('contact_numbers').where({ contact_id: before.id }).delete()
  const rows = numberRows(before.tenant_id, before.id, input.numbers, country)
  if (rows.length > 0) await trx('contact_numbers').insert(rows)
}

export function columnsOf({ name, company, email, externalId, externalUrl, tags }: Partial<ContactInput>): Partial<ContactRow> {
  const row = { name, company, email, external_id: externalId, external_url: externalUrl, tags: tags && [...new Set(tags)] }
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

export function numberRows(tenantId: string, contactId: string, numbers: ContactInput['numbers'], country: string): Omit<ContactNumberRow, 'tail'>[] {
  return numbers.map(({ label, number }, position) => {
    const read = readNumber(number, country)
    return { tenant_id: tenantId, contact_id: contactId, position, label, written: number, e164: read?.e164 ?? null, digits: read?.digits ?? '' }
  })
}

/** As the audit has it, in the words of the input. */
export const auditOf = ({ name, company, email, external_id, external_url, tags, numbers }: KeptContact): ContactInput =>
  ({ name, company, email, externalId: external_id, externalUrl: external_url, tags, numbers: numbers.map(({ label, written }) => ({ label, number: written })) })

export function presentContact(contact: KeptContact, { recordUrl }: Pick<Settings, 'recordUrl'>): z.input<typeof Contact> {
  const { id, version, numbers } = contact
  return {
    id, ...auditOf(contact), numbers: numbers.map(({ label, written, e164 }) => ({ label, number: written, e164 })),
    recordUrl: contact.external_url ?? (recordUrl === null ? null : filledIn(recordUrl, contact)), version, createdAt: isoOf(contact.created_at), updatedAt: isoOf(contact.updated_at),
  }
}

/** Null where the contact does not have what the template asks for. */
function filledIn(template: string, { name, email, external_id, numbers: [first] }: KeptContact): string | null {
  const values: Record<string, string | null> = { number: first?.e164 ?? first?.digits ?? null, digits: first?.digits ?? null, name, email: email || null, externalId: external_id }
  let whole = true
  const url = template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key] ?? null
    if (value === null) whole = false
    return encodeURIComponent(value ?? '')
  })
  return whole ? url : null
}

async function named<T>(work: Promise<T> | PromiseLike<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isUniqueViolation(error)) throw wrongField('externalId', 'Another contact has this id.', error)
    throw error
  }
}
