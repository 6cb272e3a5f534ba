/** Short numbers of a company. */
import type { Actor } from '../../config/actor.ts'
import type { AuditEntry } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { SpeedDialRow } from '../../migrations/tables.ts'
import type { SpeedDial, SpeedDialInput, SpeedDialLine, SpeedDialReport, SpeedDials } from '../door.ts'
import { createColumnRepository, fromRow, type Columns } from './columns.ts'
import { checkSpeedDial } from './input-speed-dials.ts'
import type { DirectoryWorld } from './world.ts'

/** All of them are kept in memory. */
const MOST = 2_000

const COLUMNS: Columns<SpeedDialInput, SpeedDialRow> = [['number', 'number'], ['name', 'name'], ['target', 'target']]

export function createSpeedDialRepository(world: DirectoryWorld): SpeedDials {
  const kept = createColumnRepository<SpeedDialRow, SpeedDialInput, SpeedDial>(world, { table: 'speed_dials', subject: 'speed-dial', name: 'speed dial', order: 'number', check: checkSpeedDial, columns: COLUMNS })
  return { ...kept, import: (actor, lines, trial) => importSpeedDials(world, actor, lines, trial) }
}

/** Ends the transaction of a trial, or of a file with something wrong in it. */
class Trial extends Error {}

/** Makes and changes many at once, by their number, or none when one of them cannot be. */
async function importSpeedDials(world: DirectoryWorld, actor: Actor, lines: readonly SpeedDialLine[], trial: boolean): Promise<SpeedDialReport> {
  const report: SpeedDialReport = { created: 0, updated: 0, unchanged: 0, errors: [] }
  const checked = checkLines(lines, report)
  try {
    await world.database.change(actor, async (trx) => {
      const rows = new Map(((await trx<SpeedDialRow>('speed_dials').forUpdate()) as SpeedDialRow[]).map((row) => [row.number, row]))
      const audit: AuditEntry[] = []
      for (const { line, input } of checked) {
        const row = rows.get(input.number)
        const now = new Date()
        if (!row) {
          const { number, name, target } = input
          for (const field of ['name', 'target'] as const) if (input[field] === undefined) report.errors.push({ line, field, message: `${number} is new, and needs a ${field}.` })
          if (name === undefined || target === undefined) continue
          const fresh: SpeedDialRow = { id: newId(), tenant_id: actor.tenantId, number, name, target, version: 1, created_at: now, updated_at: now }
          await trx<SpeedDialRow>('speed_dials').insert(fresh)
          rows.set(number, fresh)
          audit.push({ action: 'speed-dial.create', subjectType: 'speed-dial', subjectId: fresh.id, after: fromRow(COLUMNS, fresh) })
          report.created += 1
          continue
        }
        const next = { ...row, name: input.name ?? row.name, target: input.target ?? row.target }
        if (next.name === row.name && next.target === row.target) {
          report.unchanged += 1
          continue
        }
        await trx<SpeedDialRow>('speed_dials').where({ id: row.id }).update({ name: next.name, target: next.target, version: row.version + 1, updated_at: now })
        audit.push({ action: 'speed-dial.update', subjectType: 'speed-dial', subjectId: row.id, before: fromRow(COLUMNS, row), after: fromRow(COLUMNS, next) })
        report.updated += 1
      }
      if (rows.size > MOST) throw new Refusal('unprocessable', `There would be ${rows.size} speed dials; at most ${MOST} are kept.`)
      if (trial || report.errors.length > 0) throw new Trial()
      audit.push({ action: 'speed-dial.import', subjectType: 'speed-dial', subjectId: actor.tenantId, after: { created: report.created, updated: report.updated, unchanged: report.unchanged } })
      return { result: undefined, audit }
    })
  } catch (error) {
    if (!(error instanceof Trial)) throw error
    return report.errors.length > 0 ? { ...report, created: 0, updated: 0, unchanged: 0 } : report
  }
  await world.refresh(actor.tenantId)
  return report
}

/** With what is wrong with each, and what is there twice, in the report. */
function checkLines(lines: readonly SpeedDialLine[], report: SpeedDialReport): SpeedDialLine[] {
  const seen = new Map<string, number>()
  return lines.flatMap(({ line, input: given }) => {
    try {
      const input = checkSpeedDial(given)
      const first = seen.get(input.number)
      seen.set(input.number, first ?? line)
      if (first === undefined) return [{ line, input }]
      report.errors.push({ line, field: 'number', message: `${input.number} is in line ${first} already.` })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      report.errors.push(...error.details.map(({ field, message }) => ({ line, field, message })))
    }
    return []
  })
}
