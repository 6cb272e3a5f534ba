import type { Actor } from '../../config/actor.ts'
import { isUniqueViolation } from '../../config/database/failure.ts'
import type { Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import { numberTaken, outdated } from './input.ts'
import type { DirectoryWorld } from './world.ts'

/** What the input of every kind has. */
export interface Named {
  number?: string
  name?: string
}

export interface NumberedRow {
  id: string
  version: number
}

/** A kind of object of a tenant that has a number, or a name, of its own: its table, and how its rows are read and written. */
export interface NumberedKind<Row extends NumberedRow, Input extends Named, Shown> {
  table: string
  /** In the audit, as in `ring-group.update`. */
  subject: string
  /** For people, as in "There is no such ring group." */
  name: string
  /** How lists are sorted, in SQL; by number when absent. */
  order?: string
  /** The input, checked. @throws Refusal `unprocessable` */
  check<T extends Partial<Input>>(input: T): T
  /** Only the columns that were given. */
  toRow(actor: Actor, input: Partial<Input>): Record<string, unknown>
  show(trx: Transaction, row: Row): Shown | Promise<Shown>
  forAudit(row: Row): Record<string, unknown>
}

export interface NumberedRepository<Input, Shown> {
  list(actor: Actor): Promise<Shown[]>
  get(actor: Actor, id: string): Promise<Shown>
  create(actor: Actor, input: Input): Promise<Shown>
  update(actor: Actor, id: string, input: Partial<Input>, version?: number): Promise<Shown>
  remove(actor: Actor, id: string): Promise<void>
}

/** Reads and writes one kind, every change with its version and audit row, and the snapshot renewed before it answers. */
export function createNumberedRepository<Row extends NumberedRow, Input extends Named, Shown>(
  world: DirectoryWorld, kind: NumberedKind<Row, Input, Shown>,
): NumberedRepository<Input, Shown> {
  const { database } = world
  const { table, subject } = kind
  const notFound = (): Refusal => new Refusal('not-found', `There is no such ${kind.name}.`)
  return {
    list: (actor) =>
      database.read(actor, async (trx) => {
        const rows = (await trx(table).orderByRaw(kind.order ?? 'length(number), number')) as Row[]
        return Promise.all(rows.map((row) => kind.show(trx, row)))
      }),

    get: (actor, id) =>
      database.read(actor, async (trx) => {
        const row = (await trx(table).where({ id }).first()) as Row | undefined
        if (!row) throw notFound()
        return kind.show(trx, row)
      }),

    async create(actor, input) {
      const values = kind.check(input)
      const created = await database
        .change(actor, async (trx) => {
          const now = new Date()
          const row = { ...kind.toRow(actor, values), id: newId(), tenant_id: actor.tenantId, created_at: now, updated_at: now }
          const [after] = (await trx(table).insert(row).returning('*')) as [Row]
          return { result: await kind.show(trx, after), audit: { action: `${subject}.create`, subjectType: subject, subjectId: after.id, after: kind.forAudit(after) } }
        })
        .catch((error: unknown) => {
          throw taken(error, kind, input.number ?? '', input.name)
        })
      await world.refresh(actor.tenantId)
      return created
    },

    async update(actor, id, input, version) {
      const values = kind.check(input)
      const updated = await database
        .change(actor, async (trx) => {
          const before = (await trx(table).where({ id }).forUpdate().first()) as Row | undefined
          if (!before) throw notFound()
          if (version !== undefined && version !== before.version) throw outdated()
          const row = { ...kind.toRow(actor, values), version: before.version + 1, updated_at: new Date() }
          const [after] = (await trx(table).where({ id }).update(row).returning('*')) as [Row]
          const audit = { action: `${subject}.update`, subjectType: subject, subjectId: id, before: kind.forAudit(before), after: kind.forAudit(after) }
          return { result: await kind.show(trx, after), audit }
        })
        .catch((error: unknown) => {
          throw taken(error, kind, input.number ?? '', input.name)
        })
      await world.refresh(actor.tenantId)
      return updated
    },

    async remove(actor, id) {
      await database.change(actor, async (trx) => {
        const [row] = (await trx(table).where({ id }).delete().returning('*')) as Row[]
        if (!row) throw notFound()
        return { result: undefined, audit: { action: `${subject}.delete`, subjectType: subject, subjectId: id, before: kind.forAudit(row) } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

/** The refusal for a number that is taken by one of this kind, or by anything else; other errors as they are. */
export function taken(error: unknown, { table, name }: { table: string; name: string }, number: string, called = ''): unknown {
  if (isUniqueViolation(error, `${table}_tenant_id_name_key`)) return new Refusal('conflict', `There is already ${article(name)} ${name} called ${called}.`, { details: [{ field: 'name', message: `There is already ${article(name)} ${name} called ${called}.` }] })
  if (isUniqueViolation(error, `${table}_tenant_id_number_key`)) return numberTaken(`There is already ${article(name)} ${name} ${number}.`)
  return isUniqueViolation(error, 'dialled_numbers_pkey') ? numberTaken(`The number ${number} is in use already.`) : error
}

function article(name: string): string {
  return /^[aeiou]/.test(name) ? 'an' : 'a'
}
