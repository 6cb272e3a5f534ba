import type { Extension, ExtensionLine, ImportReport } from '../../pbx/index.ts'
import { CSV_BEGINNING, csvOf, readCsv, type Cell } from '../http/csv.ts'
import { given } from '../http/fields.ts'
import { ExtensionUpdate } from './schemas.ts'

/** What a cell holds: text, a number, yes or no, or a list of numbers with spaces between. */
type Kind = 'text' | 'number' | 'flag' | 'list'

interface Column {
  kind: Kind
  /** What an empty cell means; absent: the standard of a new extension, and no change of another. */
  empty?: null | readonly string[]
}

const COLUMNS = {
  number: { kind: 'text' },
  name: { kind: 'text' },
  enabled: { kind: 'flag' },
  ringSeconds: { kind: 'number', empty: null },
  maxContacts: { kind: 'number' },
  callLimit: { kind: 'number', empty: null },
  voicemail: { kind: 'flag' },
  forwardAlways: { kind: 'text', empty: null },
  forwardBusy: { kind: 'text', empty: null },
  forwardNoAnswer: { kind: 'text', empty: null },
  forwardUnreachable: { kind: 'text', empty: null },
  doNotDisturb: { kind: 'flag' },
  vipNumbers: { kind: 'list', empty: [] },
  lampNumbers: { kind: 'list', empty: [] },
  outsideCalls: { kind: 'text' },
  outsideNumber: { kind: 'text', empty: null },
  outsideAtOnce: { kind: 'number', empty: null },
  outsidePerMinute: { kind: 'number', empty: null },
  pickupGroup: { kind: 'text', empty: null },
  supervises: { kind: 'list', empty: [] },
  pageable: { kind: 'flag' },
  listed: { kind: 'flag' },
  screening: { kind: 'text' },
  recording: { kind: 'text' },
  recordingDays: { kind: 'number', empty: null },
  encryption: { kind: 'text', empty: null },
  contactsFull: { kind: 'text', empty: null },
} as const satisfies Partial<Record<keyof Extension, Column>>

type Name = keyof typeof COLUMNS

const names = Object.keys(COLUMNS) as Name[]
/** Only read: it names the first device of a new extension. */
const DEVICE = 'deviceName'

const MOST_LINES = 20_000
const FLAGS: Readonly<Record<string, boolean>> = { yes: true, true: true, '1': true, on: true, no: false, false: false, '0': false, off: false }

/** A line an extension, page after page. */
export async function* extensionsAsCsv(pageOf: (page: number) => Promise<{ rows: Extension[] }>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(CSV_BEGINNING + csvOf([names]))
  for (let page = 1; ; page += 1) {
    const { rows } = await pageOf(page)
    if (rows.length === 0) return
    yield Buffer.from(csvOf(rows.map((extension) => names.map((name) => cellOf(extension[name])))))
  }
}

function cellOf(value: string | number | boolean | string[] | null): Cell {
  if (Array.isArray(value)) return value.join(' ')
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
}

/**
 * The lines of a CSV, each as what the API takes for an extension, and what is wrong with them.
 *
 * @throws Refusal `unprocessable` for a file that cannot be read as such
 */
export function readExtensions(csv: string): { lines: ExtensionLine[]; errors: ImportReport['errors'] } {
  const errors: ImportReport['errors'] = []
  const lines = readCsv(csv, [...names, DEVICE], ['number'], MOST_LINES).flatMap(({ line, values }): ExtensionLine[] => {
    const input: Record<string, unknown> = {}
    for (const name of names) {
      const text = values[name]
      if (text === undefined) continue
      const value = valueOf(COLUMNS[name], text)
      if (value !== undefined) input[name] = value
    }
    if (input['number'] === undefined) {
      errors.push({ line, field: 'number', message: 'A number is needed.' })
      return []
    }
    const read = ExtensionUpdate.safeParse(input)
    if (!read.success) {
      errors.push(...read.error.issues.map((issue) => ({ line, field: issue.path.map(String).join('.'), message: issue.message })))
      return []
    }
    const { number, version: _, ...rest } = read.data
    const deviceName = values[DEVICE]
    return [{ line, input: { number: number ?? '', ...given(rest) }, ...(deviceName ? { deviceName } : {}) }]
  })
  return { lines, errors }
}

/** Undefined: nothing is said. What cannot be read stays text, which the schema refuses with its words. */
function valueOf({ kind, empty }: Column, text: string): unknown {
  if (text === '') return empty
  switch (kind) {
    case 'number': return /^[0-9]{1,9}$/.test(text) ? Number(text) : text
    case 'flag': return FLAGS[text.toLowerCase()] ?? text
    case 'list': return text.split(/[\s,;]+/).filter((part) => part !== '')
    case 'text': return text
  }
}
