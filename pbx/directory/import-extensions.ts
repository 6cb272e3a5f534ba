import type { Actor } from '../../config/actor.ts'
import type { AuditEntry, Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { DeviceRow, ExtensionRow, TenantRow } from '../../migrations/tables.ts'
import type { ExtensionLine, ImportReport } from '../door.ts'
import { makeCredentials } from './credentials.ts'
import { insertDevice } from './devices.ts'
import { forAudit, toRow } from './extension-row.ts'
import type { DirectoryWorld } from './world.ts'

const BATCH = 500

/** Ends the transaction of a trial; nothing else may be thrown away with it. */
class Trial extends Error {}

/**
 * Makes and changes many extensions at once, by number, or none when one of them cannot be. The lines are checked already,
 * but for numbers that belong to something else.
 *
 * @param trial only says what would happen
 */
export async function importExtensions(world: DirectoryWorld, actor: Actor, lines: readonly ExtensionLine[], trial: boolean): Promise<ImportReport> {
  const report: ImportReport = { created: 0, updated: 0, unchanged: 0, errors: [], credentials: [] }
  try {
    await world.database.change(actor, async (trx) => {
      const audit: AuditEntry[] = []
      const existing = await existingOf(trx, lines)
      const taken = await takenBy(trx, lines, existing)
      for (const { line, input } of lines) if (taken.has(input.number) && !existing.has(input.number)) report.errors.push({ line, field: 'number', message: `The number ${input.number} is in use already, by something else than an extension.` })
      if (report.errors.length === 0) {
        await change(trx, lines, existing, report, audit)
        await create(world, trx, actor, lines.filter(({ input }) => !existing.has(input.number)), report, audit)
      }
      if (trial || report.errors.length > 0) throw new Trial()
      audit.push({ action: 'extension.import', subjectType: 'extension', subjectId: actor.tenantId, after: { created: report.created, updated: report.updated, unchanged: report.unchanged } })
      return { result: undefined, audit }
    })
  } catch (error) {
    if (!(error instanceof Trial)) throw error
    return { ...report, credentials: [] }
  }
  await world.refresh(actor.tenantId)
  return report
}

async function existingOf(trx: Transaction, lines: readonly ExtensionLine[]): Promise<Map<string, ExtensionRow>> {
  const numbers = lines.map(({ input }) => input.number)
  const rows = (await trx<ExtensionRow>('extensions').whereRaw('number = ANY(?)', [numbers]).forUpdate()) as ExtensionRow[]
  return new Map(rows.map((row) => [row.number, row]))
}

async function takenBy(trx: Transaction, lines: readonly ExtensionLine[], existing: ReadonlyMap<string, ExtensionRow>): Promise<Set<string>> {
  const numbers = lines.map(({ input }) => input.number).filter((number) => !existing.has(number))
  return new Set((await trx('dialled_numbers').whereRaw('number = ANY(?)', [numbers]).pluck('number')) as string[])
}

async function change(trx: Transaction, lines: readonly ExtensionLine[], existing: ReadonlyMap<string, ExtensionRow>, report: ImportReport, audit: AuditEntry[]): Promise<void> {
  for (const { input } of lines) {
    const before = existing.get(input.number)
    if (!before) continue
    const columns = Object.entries(toRow(input)).filter(([column, value]) => JSON.stringify(before[column as keyof ExtensionRow]) !== JSON.stringify(value))
    if (columns.length === 0) {
      report.unchanged += 1
      continue
    }
    const row = { ...Object.fromEntries(columns), version: before.version + 1, updated_at: new Date() }
    const [after] = (await trx<ExtensionRow>('extensions').where({ id: before.id }).update(row).returning('*')) as ExtensionRow[]
    if (!after) throw new Error('An extension was gone while it was changed.')
    audit.push({ action: 'extension.update', subjectType: 'extension', subjectId: before.id, before: forAudit(before), after: forAudit(after) })
    report.updated += 1
  }
}

async function create(world: DirectoryWorld, trx: Transaction, actor: Actor, lines: readonly ExtensionLine[], report: ImportReport, audit: AuditEntry[]): Promise<void> {
  const tenant = await trx<TenantRow>('tenants').first()
  if (!tenant) throw new Refusal('not-found', 'This tenant does not exist any more.')
  for (let from = 0; from < lines.length; from += BATCH) {
    const batch = lines.slice(from, from + BATCH)
    const now = new Date()
    const extensions: ExtensionRow[] = []
    // One at a time: a column that a line leaves out gets the standard of the table.
    for (const { input } of batch) {
      const [row] = (await trx<ExtensionRow>('extensions').insert({ ...toRow(input), id: newId(), tenant_id: actor.tenantId, created_at: now, updated_at: now } as ExtensionRow).returning('*')) as ExtensionRow[]
      if (row) extensions.push(row)
    }
    const secrets = new Map(extensions.map(({ number }) => [number, makeCredentials(world.secrets, { id: tenant.id, realm: tenant.sip_realm }, number)]))
    const rows = extensions.map((extension, at) => ({
      id: newId(), tenant_id: actor.tenantId, extension_id: extension.id, name: batch[at]?.deviceName ?? 'Phone', sip_username: extension.number,
      credentials_sealed: secrets.get(extension.number)?.sealed as Buffer, credentials_changed_at: now, enabled: true, version: 1, created_at: now, updated_at: now,
    }))
    const devices = new Map(((await trx<DeviceRow>('devices').insert(rows).onConflict(['tenant_id', 'sip_username']).ignore().returning('*')) as DeviceRow[]).map((device) => [device.extension_id, device]))
    for (const [at, extension] of extensions.entries()) {
      let device = devices.get(extension.id)
      let password = secrets.get(extension.number)?.password ?? ''
      // Its number is the user name of another's phone.
      if (!device) {
        const made = await insertDevice(world, trx, extension, batch[at]?.deviceName ?? 'Phone', false)
        device = made.device
        password = made.credentials.password
      }
      audit.push({ action: 'extension.create', subjectType: 'extension', subjectId: extension.id, after: forAudit(extension) })
      audit.push({ action: 'device.create', subjectType: 'device', subjectId: device.id, after: { name: device.name, username: device.sip_username, extension: extension.number } })
      report.credentials.push({ number: extension.number, name: extension.name, username: device.sip_username, password })
      report.created += 1
    }
  }
}
