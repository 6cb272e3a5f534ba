/** Fields of the API against columns of a table, for kinds whose fields are the same in both. */
import type { Actor } from '../../config/actor.ts'
import { toJsonb } from '../../config/database/json.ts'
import { createNumberedRepository, type Named, type NumberedKind, type NumberedRepository, type NumberedRow } from './numbered.ts'
import type { DirectoryWorld } from './world.ts'

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

/** As the call path sees it. */
export function seen<T extends { id: string; tenantId: string }, Row extends { id: string; tenant_id: string }>(columns: Columns<never, Row>, row: Row): T {
  return { ...fromRow(columns, row), id: row.id, tenantId: row.tenant_id } as unknown as T
}

const NONE: ReadonlySet<string> = new Set()

/** Reads and writes a kind that is its columns and nothing else. */
export function createColumnRepository<Row extends NumberedRow & Parameters<typeof around>[0], Input extends Named, Shown>(
  world: DirectoryWorld,
  { columns, jsonb, add, ...kind }: Pick<NumberedKind<Row, Input, Shown>, 'table' | 'subject' | 'name' | 'order' | 'check'> & {
    columns: Columns<Input, Row>
    /** Fields that are kept as JSON. */
    jsonb?: ReadonlySet<string>
    /** What is shown besides the columns. */
    add?: (row: Row) => Partial<Shown>
  },
): NumberedRepository<Input, Shown> {
  return createNumberedRepository<Row, Input, Shown>(world, {
    ...kind,
    toRow: (_actor, input) => toRow(columns, input, jsonb),
    show: (_trx, row) => ({ ...fromRow(columns, row), ...add?.(row), ...around(row) }) as unknown as Shown,
    forAudit: (row) => fromRow(columns, row),
  })
}

/** Changes what a tenant has one of: a row of the table `<name>_settings`, made when it is not there yet. Only what is given changes. */
export async function saveSettings<Input extends object, Row extends object>(world: DirectoryWorld, actor: Actor, name: string, columns: Columns<Input, Row>, input: Partial<Input>): Promise<void> {
  await world.database.change(actor, async (trx) => {
    const table = `${name}_settings`
    const read = async (): Promise<Record<string, unknown> | undefined> => {
      const row = (await trx(table).first()) as Row | undefined
      return row && fromRow(columns, row)
    }
    const before = await read()
    await trx(table).insert({ tenant_id: actor.tenantId, ...toRow(columns, input), updated_at: new Date() }).onConflict('tenant_id').merge()
    return { result: undefined, audit: { action: `${name}-settings.update`, subjectType: 'tenant', subjectId: actor.tenantId, before, after: await read() } }
  })
  await world.refresh(actor.tenantId)
}
