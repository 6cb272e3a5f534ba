/** Many contacts at once, all or none. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { ContactNumberRow, ContactRow } from '../../migrations/tables.ts'
import { readNumber } from '../../pbx/index.ts'
import type { ContactLine } from './csv.ts'
import { auditOf, changeContact, columnsOf, numberRows, withNumbers, type ContactInput, type KeptContact } from './repository.ts'

const BATCH = 250
const MOST_NUMBERS = 10

export interface ImportCounts {
  created: number
  updated: number
  unchanged: number
}

/** A contact is known by its external id; without one, by its name together with one of its numbers, or by its name alone when it has none. */
export async function importContacts(trx: Transaction, tenantId: string, lines: readonly ContactLine[], country: string): Promise<ImportCounts> {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  for (let from = 0; from < lines.length; from += BATCH) {
    // Reading the numbers takes a while: others have their turn in between.
    await nextTurn()
    await importBatch(trx, tenantId, lines.slice(from, from + BATCH), country, counts)
  }
  return counts
}

async function importBatch(trx: Transaction, tenantId: string, lines: readonly ContactLine[], country: string, counts: ImportCounts): Promise<void> {
  const known = await knownTo(trx, lines, country)
  const contacts: Partial<ContactRow>[] = []
  const numbers: Omit<ContactNumberRow, 'tail'>[] = []
  for (const line of lines) {
    const { input } = line
    const before = known(input)
    if (!before) {
      const id = newId()
      contacts.push({ id, tenant_id: tenantId, ...columnsOf(input) })
      numbers.push(...numberRows(tenantId, id, input.numbers, country))
      counts.created += 1
      continue
    }
    const after = changedBy(before, line, country)
    if (isDeepStrictEqual(auditOf(before), after)) counts.unchanged += 1
    else {
      await changeContact(trx, before, after, country)
      counts.updated += 1
    }
  }
  if (contacts.length > 0) await trx('contacts').insert(contacts)
  if (numbers.length > 0) await trx('contact_numbers').insert(numbers)
}

/** A file takes nothing away: what it has no column for stays, and so do numbers that it does not name. */
function changedBy(before: KeptContact, { line, input, given }: ContactLine, country: string): ContactInput {
  const numbers = before.numbers.map(({ label, written, digits }) => ({ label, number: written, digits }))
  for (const { label, number } of input.numbers) {
    const digits = readNumber(number, country)?.digits ?? ''
    const same = numbers.find((one) => one.digits === digits)
    if (same) Object.assign(same, { number, label: label || same.label })
    else numbers.push({ label, number, digits })
  }
  if (numbers.length > MOST_NUMBERS) throw new Refusal('unprocessable', `Line ${line}: ${before.name} would have ${numbers.length} numbers; a contact has at most ${MOST_NUMBERS}. Remove some in the panel first.`)
  const columns = Object.fromEntries(given.map((field) => [field, input[field]])) as Partial<ContactInput>
  return { ...auditOf(before), ...columns, ...(columns.tags && { tags: [...new Set(columns.tags)] }), numbers: numbers.map(({ label, number }) => ({ label, number })) }
}

const KNOWN = `external_id = ANY(?) OR id IN (SELECT contact_id FROM contact_numbers WHERE tail = ANY(?) AND digits = ANY(?))
  OR (lower(name) = ANY(?) AND external_id IS NULL AND NOT EXISTS (SELECT FROM contact_numbers n WHERE n.contact_id = contacts.id))`

const keyOf = (name: string, digits: string): string => `${digits} ${name.toLowerCase()}`

async function knownTo(trx: Transaction, lines: readonly ContactLine[], country: string): Promise<(input: ContactLine['input']) => KeptContact | undefined> {
  const ids = lines.flatMap(({ input }) => input.externalId ?? [])
  const digits = lines.flatMap(({ input }) => (input.externalId === null ? input.numbers.flatMap(({ number }) => readNumber(number, country)?.digits ?? []) : []))
  const bare = lines.flatMap(({ input }) => (input.externalId === null && input.numbers.length === 0 ? input.name.toLowerCase() : []))
  const rows = (await trx<ContactRow>('contacts').whereRaw(KNOWN, [ids, digits.map((one) => one.slice(-6)), digits, bare]).forUpdate()) as ContactRow[]
  const byId = new Map<string, KeptContact>()
  const byNumber = new Map<string, KeptContact>()
  for (const contact of await withNumbers(trx, rows)) {
    if (contact.external_id !== null) byId.set(contact.external_id, contact)
    else if (contact.numbers.length === 0) byNumber.set(keyOf(contact.name, ''), contact)
    for (const number of contact.numbers) byNumber.set(keyOf(contact.name, number.digits), contact)
  }
  return ({ externalId, name, numbers }) => {
    if (externalId !== null) return byId.get(externalId)
    if (numbers.length === 0) return byNumber.get(keyOf(name, ''))
    for (const { number } of numbers) {
      const found = byNumber.get(keyOf(name, readNumber(number, country)?.digits ?? ''))
      if (found) return found
    }
    return undefined
  }
}
