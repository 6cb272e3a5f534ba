/** Fields of the API against columns of a table, for kinds whose fields are the same in both. */
import { toJsonb } from '../../config/database/json.ts'

export type Columns<Input, Row> = readonly (readonly [field: keyof Input & string, column: keyof Row & string])[]

/** Only what was given; the rest keeps its value, or gets the table's default. */
export function toRow<Input extends object, Row>(columns: Columns<Input, Row>, input: Partial<Input>, jsonb: ReadonlySet<string> = NONE): Record<string, unknown> {
  return Object.fromEntries(columns.flatMap(([field, column]) => (input[field] === undefined ? [] : [[column, jsonb.has(field) ? toJsonb(input[field]) : input[field]]])))
}

export function fromRow<Input, Row extends object>(columns: Columns<Input, Row>, row: Row): Record<string, unknown> {
  return Object.fromEntries(columns.map(([field, column]) => [field, row[column]]))
}

/** What every row has around its own fields. */
export const around = (row: { id: string; version: number; created_at: Date; updated_at: Date }): { id: string; version: number; createdAt: Date; updatedAt: Date } =>
  ({ id: row.id, version: row.version, createdAt: row.created_at, updatedAt: row.updated_at })

const NONE: ReadonlySet<string> = new Set()
