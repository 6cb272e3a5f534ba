import type { BlockedCaller, BlockedCallerLine, BlockedImportReport } from '../../pbx/index.ts'
import { CSV_BEGINNING, csvOf, readCsv } from '../http/csv.ts'
import { given } from '../http/fields.ts'
import { BlockedCallerUpdate } from './blocked-schemas.ts'

const COLUMNS = ['number', 'name', 'action', 'enabled'] as const
const FLAGS: Readonly<Record<string, boolean>> = { yes: true, true: true, '1': true, on: true, no: false, false: false, '0': false, off: false }

const MOST_LINES = 20_000

/** A line a rule, as the import reads it. */
export function blockedAsCsv(rules: readonly BlockedCaller[]): Uint8Array {
  return Buffer.from(CSV_BEGINNING + csvOf([COLUMNS, ...rules.map(({ number, name, action, enabled }) => [number, name, action, enabled ? 'yes' : 'no'])]))
}

/**
 * The lines of a CSV, each as what the API takes for a rule, and what is wrong with them. An empty cell says nothing.
 *
 * @throws Refusal `unprocessable` for a file that cannot be read as such
 */
export function readBlocked(csv: string): { lines: BlockedCallerLine[]; errors: BlockedImportReport['errors'] } {
  const errors: BlockedImportReport['errors'] = []
  const lines = readCsv(csv, COLUMNS, ['number'], MOST_LINES).flatMap(({ line, values: { number = '', name = '', action = '', enabled = '' } }): BlockedCallerLine[] => {
    if (number === '') {
      errors.push({ line, field: 'number', message: 'A caller is needed.' })
      return []
    }
    const read = BlockedCallerUpdate.safeParse({ number, ...(name !== '' && { name }), ...(action !== '' && { action: action.toLowerCase() }), ...(enabled !== '' && { enabled: FLAGS[enabled.toLowerCase()] ?? enabled }) })
    if (!read.success) {
      errors.push(...read.error.issues.map((issue) => ({ line, field: issue.path.map(String).join('.'), message: issue.message })))
      return []
    }
    const { number: caller, version: _, ...rest } = read.data
    return [{ line, input: { number: caller ?? '', ...given(rest) } }]
  })
  return { lines, errors }
}
