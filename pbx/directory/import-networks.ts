/** A wire map: many access points, switch ports and networks at once. */
import type { Actor } from '../../config/actor.ts'
import type { AuditEntry } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { EmergencyLocationRow, EmergencyNetworkRow } from '../../migrations/tables.ts'
import type { EmergencyNetworkInput, WireMapLine, WireMapReport } from '../door.ts'
import type { DirectoryWorld } from './world.ts'

/** Ends the transaction of a trial; nothing else may be thrown away with it. */
class Trial extends Error {}

type Check = (input: EmergencyNetworkInput) => EmergencyNetworkInput

/**
 * Adds the networks that are new and moves the others to the place that the line names, or changes nothing when one line is wrong.
 *
 * @param check as one is checked that comes alone
 * @param trial only says what would happen
 */
export async function importNetworks(world: DirectoryWorld, check: Check, actor: Actor, lines: readonly WireMapLine[], trial: boolean): Promise<WireMapReport> {
  const report: WireMapReport = { created: 0, updated: 0, unchanged: 0, errors: [] }
  try {
    await world.database.change(actor, async (trx) => {
      const places = new Map(((await trx('emergency_locations')) as EmergencyLocationRow[]).map(({ id, name }) => [name.toLowerCase(), id]))
      const existing = new Map(((await trx('emergency_networks').forUpdate()) as EmergencyNetworkRow[]).map((row) => [`${row.kind} ${row.value}`, row]))
      const wanted = understood(check, lines, places, report)
      const audit: AuditEntry[] = []
      const fresh: Pick<EmergencyNetworkRow, 'id' | 'tenant_id' | 'kind' | 'value' | 'location_id'>[] = []
      for (const { kind, value, locationId } of report.errors.length === 0 ? wanted : []) {
        const row = existing.get(`${kind} ${value}`)
        const after = { kind, value, locationId }
        if (row?.location_id === locationId) report.unchanged += 1
        else if (row) {
          report.updated += 1
          await trx('emergency_networks').where({ id: row.id }).update({ location_id: locationId, version: row.version + 1, updated_at: trx.fn.now() })
          audit.push({ action: 'emergency-network.update', subjectType: 'emergency-network', subjectId: row.id, before: { kind, value, locationId: row.location_id }, after })
        } else {
          report.created += 1
          const id = newId()
          fresh.push({ id, tenant_id: actor.tenantId, kind, value, location_id: locationId })
          audit.push({ action: 'emergency-network.create', subjectType: 'emergency-network', subjectId: id, after })
        }
      }
      if (trial || report.errors.length > 0) throw new Trial()
      for (let from = 0; from < fresh.length; from += 1_000) await trx('emergency_networks').insert(fresh.slice(from, from + 1_000))
      audit.push({ action: 'emergency-network.import', subjectType: 'emergency-network', subjectId: actor.tenantId, after: { created: report.created, updated: report.updated, unchanged: report.unchanged } })
      return { result: undefined, audit }
    })
  } catch (error) {
    if (!(error instanceof Trial)) throw error
    return report
  }
  await world.refresh(actor.tenantId)
  return report
}

/** As they are kept; what is wrong with a line goes into the report. */
function understood(check: Check, lines: readonly WireMapLine[], places: ReadonlyMap<string, string>, report: WireMapReport): EmergencyNetworkInput[] {
  const seen = new Map<string, number>()
  return lines.flatMap(({ line, kind, value, place }) => {
    const wrong = (field: string, message: string): void => void report.errors.push({ line, field, message })
    const locationId = places.get(place.toLowerCase())
    if (locationId === undefined) wrong('place', place === '' ? 'Which place it tells of is needed.' : `There is no place ${place}. Add it first, or correct the name.`)
    try {
      const checked = check({ kind, value, locationId: locationId ?? '' })
      const key = `${kind} ${checked.value}`
      const before = seen.get(key)
      if (before !== undefined) wrong('value', `${checked.value} is in line ${before} already.`)
      seen.set(key, line)
      return locationId === undefined ? [] : [checked]
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      wrong('value', error.details?.[0]?.message ?? error.message)
      return []
    }
  })
}
