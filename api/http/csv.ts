/** CSV (RFC 4180), written so that a spreadsheet opens it and takes no cell for a formula, and read with the line of every fault. */
import { CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { Refusal } from '../../config/errors.ts'

export type Cell = string | number | boolean | Date | null

/** Lines of a CSV, each with its end; the first chunk of a file begins with {@link CSV_BEGINNING}. */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows.map((row) => row.map(cellText)), { record_delimiter: '\r\n' })
}

/** A byte order mark: spreadsheets take a file without it for one in their own encoding. */
export const CSV_BEGINNING = '\uFEFF'

/** What a cell is in the file. One that a spreadsheet would calculate gets an apostrophe before it; a phone number is none. */
function cellText(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof Date) return cell.toISOString()
  const text = String(cell)
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?[0-9.]+$/.test(text) ? `'${text}` : text
}

export interface CsvRow<Column extends string> {
  /** In the file, from 1; the head is line 1. */
  line: number
  /** Trimmed. A column that the file does not have is absent; an empty cell is the empty text. */
  values: Partial<Record<Column, string>>
}

/**
 * The rows of a CSV whose first line names its columns, letter case ignored, separated by commas, semicolons or tabs.
 *
 * @param required columns that must be there
 * @throws Refusal `unprocessable` for a file that is no CSV, has a column that is not known, lacks one that is needed, or has more than `most` rows
 */
export function readCsv<Column extends string>(text: string, columns: readonly Column[], required: readonly Column[], most: number): CsvRow<Column>[] {
  const records = parsed(text)
  const [head, ...body] = records
  if (!head) throw new Refusal('unprocessable', 'The file is empty. Its first line must name the columns.')
  const byName = new Map(columns.map((column) => [column.toLowerCase(), column]))
  const names = head.record.map((name) => byName.get(name.trim().toLowerCase()))
  const unknown = head.record.filter((name, at) => names[at] === undefined && name.trim() !== '')
  if (unknown.length > 0) throw new Refusal('unprocessable', `The file has columns that are not known here: ${unknown.join(', ')}. Known are: ${columns.join(', ')}.`)
  const doubled = names.find((name, at) => name !== undefined && names.indexOf(name) !== at)
  if (doubled !== undefined) throw new Refusal('unprocessable', `The column ${doubled} is there twice.`)
  const missing = required.filter((column) => !names.includes(column))
  if (missing.length > 0) throw new Refusal('unprocessable', `The first line must name the columns; missing: ${missing.join(', ')}.`)
  if (body.length > most) throw new Refusal('unprocessable', `The file has ${body.length} rows; at most ${most} are read at once. Split it.`)
  return body.map(({ line, record }) => {
    const values: Partial<Record<Column, string>> = {}
    for (const [at, name] of names.entries()) if (name !== undefined) values[name] = plain(record[at] ?? '')
    return { line, values }
  })
}

/** What {@link cellText} put before a cell is taken away again. */
function plain(cell: string): string {
  const text = cell.trim()
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text
}

function parsed(text: string): { line: number; record: string[] }[] {
  const first = text.slice(0, text.search(/[\r\n]|$/))
  const delimiter = [',', ';', '\t'].toSorted((a, b) => first.split(b).length - first.split(a).length)[0] ?? ','
  try {
    const rows = parse(text, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 100_000 }) as unknown as { info: { lines: number }; record: string[] }[]
    return rows.map(({ info, record }) => ({ line: info.lines, record })).filter(({ record }) => record.some((cell) => cell.trim() !== ''))
  } catch (error) {
    if (error instanceof CsvError) throw new Refusal('unprocessable', `The file cannot be read as CSV: ${error.message}.`)
    throw error
  }
}
