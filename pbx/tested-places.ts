/** Places, and how each has been tested for calls for help. */
import type { Actor } from '../config/actor.ts'
import type { Database } from '../config/database/index.ts'
import { Refusal } from '../config/errors.ts'
import type { LocationAuditRow, LocationTestRow } from '../migrations/tables.ts'
import type { Directory } from './directory/types.ts'
import type { EmergencyDoor, LocationTest, TestedLocation } from './door.ts'
import { isDue, isOverdue } from './help/due.ts'
import type { PlaceTests } from './help/place-tests.ts'

const MOST = 100

export function createTestedPlaces({ database, directory, tests }: { database: Database; directory: Pick<Directory, 'snapshot'>; tests: Pick<PlaceTests, 'wake'> }): Pick<EmergencyDoor, 'tested' | 'testPlaces' | 'testsOf'> {
  const tested = async (actor: Actor): Promise<TestedLocation[]> => {
    const { rows, audit } = await database.read(actor, async (trx) => ({
      rows: (await trx.raw<{ rows: (Partial<LocationTestRow> & { place_id: string; place_name: string; created_at: Date; site_id: string; site_name: string; passed_at: Date | null })[] }>(
        `SELECT t.*, l.id AS place_id, l.name AS place_name, l.created_at, s.id AS site_id, s.name AS site_name, (SELECT max(p.tested_at) FROM location_tests p WHERE p.location_id = l.id AND p.passed) AS passed_at
         FROM emergency_locations l JOIN emergency_sites s ON s.id = l.site_id LEFT JOIN LATERAL (SELECT * FROM location_tests t WHERE t.location_id = l.id ORDER BY t.tested_at DESC LIMIT 1) t ON true
         ORDER BY lower(s.name), lower(l.name)`)).rows,
      audit: (await trx('location_audits').first()) as LocationAuditRow | undefined,
    }))
    const { settings } = directory.snapshot().emergencyOf(actor.tenantId)
    return rows.map((row) => {
      const last = row.id === undefined || row.id === null ? null : shown(row as LocationTestRow)
      const standing = { locationId: row.place_id, since: row.created_at.getTime(), testedAt: last?.testedAt.getTime() ?? null, passed: last?.passed ?? null, message: null, passedAt: row.passed_at?.getTime() ?? null }
      return {
        locationId: row.place_id, name: row.place_name, site: { id: row.site_id, name: row.site_name }, last, passedAt: row.passed_at,
        overdue: isOverdue(standing, settings, Date.now()),
        waiting: audit !== undefined && isDue(standing, { ...settings, testDays: null }, audit, Date.now(), 'UTC') === 'asked',
      }
    })
  }
  return {
    tested,
    async testPlaces(actor, locationIds) {
      const known = directory.snapshot().emergencyOf(actor.tenantId).locations.map(({ id }) => id)
      if (known.length === 0) throw new Refusal('conflict', 'There is no place yet that could be tested.')
      if (locationIds?.some((id) => !known.includes(id))) throw new Refusal('not-found', 'There is no such place.')
      const wanted = locationIds ? [...locationIds] : null
      await database.change(actor, async (trx) => {
        await trx('location_audits').insert({ tenant_id: actor.tenantId, asked_at: trx.fn.now(), asked_by: actor.name, asked_for: wanted }).onConflict('tenant_id').merge(['asked_at', 'asked_by', 'asked_for'])
        return { result: undefined, audit: { action: 'emergency-places.test', subjectType: 'tenant', subjectId: actor.tenantId, after: { places: wanted ?? 'all' } } }
      })
      tests.wake()
      return tested(actor)
    },
    async testsOf(actor, locationId) {
      if (!directory.snapshot().emergencyOf(actor.tenantId).locations.some(({ id }) => id === locationId)) throw new Refusal('not-found', 'There is no such place.')
      return (await database.read(actor, (trx) => trx('location_tests').where({ location_id: locationId }).orderBy('tested_at', 'desc').limit(MOST)) as LocationTestRow[]).map(shown)
    },
  }
}

function shown(row: LocationTestRow): LocationTest {
  return {
    id: row.id, locationId: row.location_id, testedAt: row.tested_at, passed: row.passed, called: row.called, trunk: row.trunk, sipStatus: row.sip_status, place: row.place,
    callbackNumber: row.callback_number, address: row.address, message: row.message, askedBy: row.asked_by,
  }
}
