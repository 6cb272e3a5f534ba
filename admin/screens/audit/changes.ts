/** What an audit entry changed, field by field, in words. */
import { exactTime, instant } from '../../words/time.ts'
import { t } from '../../words/translate.ts'

export interface Change {
  field: string
  before: string | null
  after: string | null
}

const NOT_TOLD = new Set(['id', 'tenant_id', 'version', 'created_at', 'updated_at', 'createdAt', 'updatedAt', 'tenantId'])

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string | null {
  if (value === undefined) return null
  if (value === null) return t('none')
  if (typeof value === 'boolean') return value ? t('yes') : t('no')
  if (typeof value === 'string') return ISO_TIME.test(value) ? exactTime(instant(value)) : value
  if (Array.isArray(value)) return value.length === 0 ? t('none') : value.map((item) => text(item)).join(', ')
  const { name } = asRecord(value)
  return typeof name === 'string' ? name : JSON.stringify(value)
}

/** `ring_seconds` and `ringSeconds` become `Ring seconds`. */
export function fieldWords(field: string): string {
  const spaced = field.replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

export function changesOf(before: unknown, after: unknown): Change[] {
  const old = asRecord(before)
  const fresh = asRecord(after)
  const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((field) => !NOT_TOLD.has(field))
  return fields
    .map((field) => ({ field, before: text(old[field]), after: text(fresh[field]) }))
    .filter((change) => change.before !== change.after)
}

/** The name of the thing, when the entry holds one. */
export function subjectName(before: unknown, after: unknown): string | null {
  for (const row of [asRecord(after), asRecord(before)]) {
    const name = [row.number, row.name, row.email, row.username, row.network].filter((value) => typeof value === 'string')
    if (name.length > 0) return name.slice(0, 2).join(' ')
  }
  return null
}
