/** Contacts as a CSV that a spreadsheet or a CRM wrote. */
import type { z } from 'zod'
import type { Transaction } from '../../config/database/index.ts'
import type { ContactRow } from '../../migrations/tables.ts'
import { CSV_BEGINNING, csvOf, readCsv } from '../http/csv.ts'
import { withNumbers, type ContactInput } from './repository.ts'
import { ContactCreate, MOST_LINES, type ContactImportReport } from './schemas.ts'

type Fault = z.input<typeof ContactImportReport>['errors'][number]

const PLACES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const
const COLUMNS = ['name', 'company', 'email', 'externalId', 'externalUrl', 'tags', ...PLACES.flatMap((at) => [`number${at}`, `label${at}`] as const)] as const
const FIELDS = ['name', 'company', 'email', 'externalId', 'externalUrl', 'tags'] as const
const BATCH = 500

export interface ContactLine {
  line: number
  input: ContactInput
  /** Fields that the file has a column for; the others are left as they are. */
  given: readonly (keyof ContactInput)[]
}

/** @throws Refusal `unprocessable` for a file that cannot be read as such */
export function readContacts(csv: string): { lines: ContactLine[]; errors: Fault[] } {
  const errors: Fault[] = []
  const seen = new Map<string, number>()
  const lines = readCsv(csv, COLUMNS, ['name'], MOST_LINES).flatMap(({ line, values }): ContactLine[] => {
    const numbers = PLACES.flatMap((at) => (values[`number${at}`] ? [{ label: values[`label${at}`] ?? '', number: values[`number${at}`] ?? '' }] : []))
    const read = ContactCreate.safeParse({
      name: values.name, company: values.company ?? '', email: values.email ?? '', externalId: values.externalId || null, externalUrl: values.externalUrl || null,
      tags: (values.tags ?? '').split(';').map((tag) => tag.trim()).filter((tag) => tag !== ''), numbers,
    })
    if (!read.success) {
      errors.push(...read.error.issues.map(({ path, message }) => ({ line, field: path[0] === 'numbers' ? `number${Number(path[1] ?? 0) + 1}` : String(path[0] ?? 'name'), message })))
      return []
    }
    const { externalId } = read.data
    const before = externalId === null ? undefined : seen.get(externalId)
    if (before !== undefined) errors.push({ line, field: 'externalId', message: `Line ${before} has this id as well.` })
    if (externalId !== null) seen.set(externalId, line)
    return [{ line, input: read.data, given: FIELDS.filter((field) => values[field] !== undefined) }]
  })
  return { lines, errors: errors.slice(0, 100) }
}

/** All contacts of the tenant, in chunks of a file that the import reads again. */
export async function* contactsAsCsv(read: <T>(work: (trx: Transaction) => Promise<T>) => Promise<T>): AsyncGenerator<Buffer> {
  yield Buffer.from(CSV_BEGINNING + csvOf([COLUMNS]))
  for (let after = ''; ;) {
    const contacts = await read(async (trx) => withNumbers(trx, (await trx<ContactRow>('contacts').modify((rows) => void (after !== '' && rows.where('id', '>', after))).orderBy('id').limit(BATCH)) as ContactRow[]))
    const last = contacts.at(-1)
    if (!last) return
    after = last.id
    yield Buffer.from(csvOf(contacts.map(({ name, company, email, external_id, external_url, tags, numbers }) =>
      [name, company, email, external_id, external_url, tags.join(';'), ...PLACES.flatMap((at) => [numbers[at - 1]?.written ?? '', numbers[at - 1]?.label ?? ''])])))
  }
}
