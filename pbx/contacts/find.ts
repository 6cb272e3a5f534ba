/** Which contacts a number is of. */
import type { Transaction } from '../../config/database/index.ts'
import { FEWEST_DIGITS, readNumber } from './number.ts'

export interface FoundContact {
  id: string
  name: string
  company: string
  /** The number of it that fits, as somebody wrote it. */
  written: string
  /** False: one of the two numbers is without its area code, and they end the same. */
  sure: boolean
}

/** More are not looked at. */
const MOST = 20
const COLUMNS = 'c.id, c.name, c.company, n.written'

/**
 * The contacts that have this number; without any, those whose number ends as it does where one of the two lacks its area
 * code. A number of the other sort, whole and different, is never taken for it.
 */
export async function findContacts(trx: Transaction, tenantId: string, written: string, country: string): Promise<FoundContact[]> {
  const number = readNumber(written, country)
  if (!number) return []
  const { e164, digits } = number
  const sure = await ask(trx, tenantId, e164 === null ? 'n.e164 IS NULL AND n.tail = right(?, 6) AND n.digits = ?' : 'n.e164 = ?', e164 === null ? [digits, digits] : [e164])
  if (sure.length > 0 || digits.length < FEWEST_DIGITS) return sure.map((found) => ({ ...found, sure: true }))
  const shorter = `n.e164 IS NULL AND length(n.digits) >= ${FEWEST_DIGITS} AND right(?, length(n.digits)) = n.digits`
  const likely = await (e164 === null
    ? ask(trx, tenantId, `n.tail = right(?, 6) AND (right(n.digits, ?) = ? OR (${shorter}))`, [digits, digits.length, digits, digits])
    : ask(trx, tenantId, `n.tail = right(?, 6) AND ${shorter}`, [digits, digits]))
  return likely.map((found) => ({ ...found, sure: false }))
}

async function ask(trx: Transaction, tenantId: string, where: string, values: readonly (string | number)[]): Promise<Omit<FoundContact, 'sure'>[]> {
  const { rows } = (await trx.raw(
    `SELECT DISTINCT ON (lower(c.name), c.id) ${COLUMNS} FROM contact_numbers n JOIN contacts c ON c.tenant_id = n.tenant_id AND c.id = n.contact_id
     WHERE n.tenant_id = ? AND ${where} ORDER BY lower(c.name), c.id, n.position LIMIT ${MOST}`, [tenantId, ...values],
  )) as { rows: Omit<FoundContact, 'sure'>[] }
  return rows
}

/** What a phone shows for these; undefined for none. */
export function nameOfFound(found: readonly FoundContact[]): string | undefined {
  const [first] = found
  if (!first) return undefined
  const doubt = first.sure ? '' : '?'
  if (new Set(found.map(({ name }) => name.toLowerCase())).size === 1) return first.name + doubt
  if (first.company !== '' && found.every(({ company }) => company.toLowerCase() === first.company.toLowerCase())) return first.company + doubt
  return `${first.name} or ${found.length - 1} more`
}
