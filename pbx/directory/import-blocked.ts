import type { Actor } from '../../config/actor.ts'
import type { AuditEntry } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { BlockedCallerRow } from '../../migrations/tables.ts'
import type { BlockedCallerLine, BlockedImportReport } from '../door.ts'
import { checkBlockedCaller } from './input-blocked.ts'
import type { DirectoryWorld } from './world.ts'

const BATCH = 500
/** Of a company: all of them are kept in memory, and each expression is looked for in every call. */
const MOST_RULES = 20_000
const MOST_EXPRESSIONS = 200

/** Ends the transaction of a trial; nothing else may be thrown away with it. */
class Trial extends Error {}

const shown = ({ number, name, action, enabled }: BlockedCallerRow): Record<string, unknown> => ({ number, name, action, enabled })

/**
 * Makes and changes many rules at once, by their caller, or none when one of them cannot be.
 *
 * @param called the reason of new rules whose line names none
 * @param trial only says what would happen
 */
export async function importBlockedCallers(world: DirectoryWorld, actor: Actor, lines: readonly BlockedCallerLine[], called: string, trial: boolean): Promise<BlockedImportReport> {
  const report: BlockedImportReport = { created: 0, updated: 0, unchanged: 0, errors: [] }
  const checked = checkLines(lines, report)
  if (report.errors.length > 0) return report
  try {
    await world.database.change(actor, async (trx) => {
      const before = new Map(((await trx<BlockedCallerRow>('blocked_callers').forUpdate()) as BlockedCallerRow[]).map((row) => [row.number, row]))
      const audit: AuditEntry[] = []
      const fresh: BlockedCallerRow[] = []
      const now = new Date()
      for (const { input } of checked) {
        const row = before.get(input.number)
        if (!row) {
          fresh.push({ id: newId(), tenant_id: actor.tenantId, number: input.number, name: input.name ?? called, action: input.action ?? 'decline', enabled: input.enabled ?? true, version: 1, created_at: now, updated_at: now })
          continue
        }
        const next = { name: input.name ?? row.name, action: input.action ?? row.action, enabled: input.enabled ?? row.enabled }
        if (next.name === row.name && next.action === row.action && next.enabled === row.enabled) {
          report.unchanged += 1
          continue
        }
        const [after] = (await trx<BlockedCallerRow>('blocked_callers').where({ id: row.id }).update({ ...next, version: row.version + 1, updated_at: now }).returning('*')) as BlockedCallerRow[]
        if (!after) throw new Error('A rule was gone while it was changed.')
        audit.push({ action: 'blocked-caller.update', subjectType: 'blocked-caller', subjectId: row.id, before: shown(row), after: shown(after) })
        report.updated += 1
      }
      refuseTooMany([...before.keys(), ...fresh.map(({ number }) => number)])
      for (let from = 0; from < fresh.length; from += BATCH) await trx<BlockedCallerRow>('blocked_callers').insert(fresh.slice(from, from + BATCH))
      for (const row of fresh) audit.push({ action: 'blocked-caller.create', subjectType: 'blocked-caller', subjectId: row.id, after: shown(row) })
      report.created = fresh.length
      if (trial) throw new Trial()
      audit.push({ action: 'blocked-caller.import', subjectType: 'blocked-caller', subjectId: actor.tenantId, after: { created: report.created, updated: report.updated, unchanged: report.unchanged } })
      return { result: undefined, audit }
    })
  } catch (error) {
    if (!(error instanceof Trial)) throw error
    return report
  }
  await world.refresh(actor.tenantId)
  return report
}

/** With what is wrong with each, and what is there twice, in the report. */
function checkLines(lines: readonly BlockedCallerLine[], report: BlockedImportReport): BlockedCallerLine[] {
  const seen = new Map<string, number>()
  const checked: BlockedCallerLine[] = []
  for (const { line, input: given } of lines) {
    try {
      const input = checkBlockedCaller(given)
      const first = seen.get(input.number)
      if (first === undefined) checked.push({ line, input })
      else report.errors.push({ line, field: 'number', message: `${input.number} is in line ${first} already.` })
      seen.set(input.number, first ?? line)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      report.errors.push(...error.details.map(({ field, message }) => ({ line, field, message })))
    }
  }
  return checked
}

function refuseTooMany(numbers: readonly string[]): void {
  if (numbers.length > MOST_RULES) throw new Refusal('unprocessable', `There would be ${numbers.length} rules; at most ${MOST_RULES} are kept. Beginnings such as +1900* take the place of many.`)
  const expressions = numbers.filter((number) => number.startsWith('/')).length
  if (expressions > MOST_EXPRESSIONS) throw new Refusal('unprocessable', `There would be ${expressions} expressions; at most ${MOST_EXPRESSIONS} are looked for in every call. Numbers and beginnings cost nothing.`)
}
