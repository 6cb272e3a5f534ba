/** Every place is tested by schedule, at an hour when few call, or when somebody asks: by one process of all, one place after the other. */
import { randomUUID } from 'node:crypto'
import type { Database, Transaction } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { LocationAuditRow, LocationTestRow } from '../../migrations/tables.ts'
import type { Directory, SnapshotEmergency } from '../directory/types.ts'
import type { Located } from '../door.ts'
import type { Events } from '../events/events.ts'
import type { MailRoom } from '../mail/room.ts'
import { addressLine, locatedAt } from '../routing/locate.ts'
import { isDue, isOverdue, type Standing } from './due.ts'

export interface PlaceTest {
  tenantId: string
  located: Located
  /** Null: nothing is called, and only looked at what would be sent. */
  number: string | null
  signal: AbortSignal
}

export type PlaceTested =
  | { kind: 'tested'; passed: boolean; trunk: string | null; status: number | null; place: 'sent' | 'refused' | 'not-sent'; callbackNumber: string | null; message: string }
  /** It would have been in the way. */
  | { kind: 'later'; why: string }

export interface PlaceTests {
  /** Somebody has asked for tests: they begin now. */
  wake(): void
  close(): Promise<void>
}

export interface PlaceTestTiming {
  /** Between two looks at what is due, and between two tests of the schedule and of those that somebody asked for, in milliseconds. */
  idle: number
  paced: number
  asked: number
}

const USUAL: PlaceTestTiming = { idle: 30_000, paced: 15_000, asked: 2_000 }
/** Whoever tests has the tests of a tenant for so long, renewed with each. */
const HELD = "now() + interval '3 minutes'"
const DAY_MS = 86_400_000
const KEEP = "interval '3 years'"

export function startPlaceTests({ database, directory, events, mail, test, timing = USUAL, now = Date.now, ...options }: {
  database: Database; logger: Logger; directory: Pick<Directory, 'snapshot'>; events: Events; mail: Pick<MailRoom, 'post'>; test: (what: PlaceTest) => Promise<PlaceTested>; timing?: PlaceTestTiming; now?: () => number
}): PlaceTests {
  const logger = options.logger.child({ room: 'emergency' })
  const holder = randomUUID()
  const closing = new AbortController()
  let running: AbortController | undefined
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  // A test is taken back at once when somebody needs help.
  const stop = events.subscribe((event) => {
    if (event.type === 'emergency.called') running?.abort()
  })

  /** The tests of a tenant are ours for a while; undefined: those of another process. */
  const claim = (trx: Transaction, tenantId: string): Promise<LocationAuditRow | undefined> =>
    trx.raw<{ rows: LocationAuditRow[] }>(
      `INSERT INTO location_audits (tenant_id, holder, held_until) VALUES (?, ?, ${HELD})
       ON CONFLICT (tenant_id) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
         WHERE location_audits.holder = excluded.holder OR location_audits.held_until IS NULL OR location_audits.held_until < now()
       RETURNING *`, [tenantId, holder]).then(({ rows }) => rows[0])

  const standingsOf = async (trx: Transaction, tenantId: string): Promise<Standing[]> =>
    (await trx.raw<{ rows: { id: string; created_at: Date; tested_at: Date | null; passed: boolean | null; message: string | null; passed_at: Date | null }[] }>(
      `SELECT l.id, l.created_at, t.tested_at, t.passed, t.message, (SELECT max(p.tested_at) FROM location_tests p WHERE p.location_id = l.id AND p.passed) AS passed_at
       FROM emergency_locations l LEFT JOIN LATERAL (SELECT * FROM location_tests t WHERE t.location_id = l.id ORDER BY t.tested_at DESC LIMIT 1) t ON true
       WHERE l.tenant_id = ? ORDER BY t.tested_at NULLS FIRST, l.created_at`, [tenantId])).rows
      .map(({ id, created_at, tested_at, passed, message, passed_at }) => ({ locationId: id, since: created_at.getTime(), testedAt: tested_at?.getTime() ?? null, passed, message, passedAt: passed_at?.getTime() ?? null }))

  /** Tests what is due first. Says after how many milliseconds there is more to do; undefined: nothing is. */
  const next = async (tenantId: string): Promise<number | undefined> => {
    const emergency = directory.snapshot().emergencyOf(tenantId)
    const state = await database.system('tests of places', async (trx) => {
      const audit = await claim(trx, tenantId)
      return audit && { audit, standings: await standingsOf(trx, tenantId) }
    })
    if (!state) return undefined
    const { audit, standings } = state
    const timeZone = directory.snapshot().tenant(tenantId)?.timeZone ?? 'UTC'
    const due = standings.map((standing) => ({ standing, why: isDue(standing, emergency.settings, audit, now(), timeZone) })).filter(({ why }) => why !== undefined)
    const [first] = due
    if (!first) {
      await tellIfWrong(tenantId, emergency, audit, standings)
      return undefined
    }
    const asked = first.why === 'asked'
    return (await testOne(tenantId, emergency, first.standing.locationId, asked ? audit.asked_by : null)) ? (asked ? timing.asked : timing.paced) : timing.paced
  }

  const testOne = async (tenantId: string, emergency: SnapshotEmergency, locationId: string, askedBy: string | null): Promise<boolean> => {
    const located = locatedAt(emergency, locationId)
    // The directory has not heard of it yet.
    if (!located) return false
    running = new AbortController()
    const number = emergency.settings.testNumber
    const result = await test({ tenantId, located, number, signal: AbortSignal.any([running.signal, closing.signal]) })
    running = undefined
    if (result.kind === 'later') {
      logger.info({ tenant: tenantId, place: located.name }, `a test of a place is put off: ${result.why}`)
      return false
    }
    const { passed, trunk, status, place, callbackNumber, message } = result
    const row: Omit<LocationTestRow, 'tested_at'> & { tested_at: Date } = { id: newId(), tenant_id: tenantId, location_id: locationId, tested_at: new Date(now()), passed, called: number, trunk, sip_status: status, place, callback_number: callbackNumber, address: addressLine(located), message, asked_by: askedBy }
    await database.system('a place was tested', async (trx) => {
      // It may have been removed meanwhile.
      if (!(await trx('emergency_locations').where({ id: locationId }).first())) return
      await trx('location_tests').insert(row)
      await trx('location_tests').where({ location_id: locationId }).whereRaw(`tested_at < now() - ${KEEP}`).delete()
      if (!passed) await trx('location_audits').where({ tenant_id: tenantId }).update({ untold: true })
    })
    events.emit('emergency.tested', tenantId, { locationId, name: located.name, passed, message })
    return true
  }

  /** After the last of a round, and once a day while a test is overdue. */
  const tellIfWrong = async (tenantId: string, { settings, locations, sites }: SnapshotEmergency, audit: LocationAuditRow, standings: readonly Standing[]): Promise<void> => {
    const overdue = standings.filter((standing) => isOverdue(standing, settings, now()))
    const late = overdue.length > 0 && (audit.told_at === null || audit.told_at.getTime() < now() - DAY_MS)
    if (!audit.untold && !late) return
    const wrong = standings.flatMap((standing) => {
      const place = locations.find(({ id }) => id === standing.locationId)
      const site = sites.find(({ id }) => id === place?.siteId)
      if (!place || !site) return []
      if (standing.passed === false) return [`${site.name}, ${place.name}: FAILED. ${standing.message ?? ''}`]
      return overdue.includes(standing) ? [`${site.name}, ${place.name}: OVERDUE. ${standing.passedAt === null ? 'It was never tested well.' : `Its last good test was on ${new Date(standing.passedAt).toISOString().slice(0, 10)}.`}`] : []
    })
    await database.system('tests of places told', async (trx) => {
      await trx('location_audits').where({ tenant_id: tenantId }).update({ untold: false, told_at: new Date(now()) })
      if (wrong.length === 0 || settings.mailTo.length === 0) return
      await mail.post(trx, {
        tenantId, kind: 'emergency-test', subjectId: null, urgent: true, recipients: settings.mailTo, title: `Emergency places: ${wrong.length} of ${standings.length} ${wrong.length === 1 ? 'needs' : 'need'} a look`,
        body: `Help might not find a caller there. The tests are under Emergency in the panel.\n\n${wrong.join('\n')}\n`,
      })
    })
    if (late) events.emit('emergency.untested', tenantId, { places: overdue.length })
  }

  const look = async (): Promise<void> => {
    let soonest = timing.idle
    for (const { id } of directory.snapshot().tenants()) {
      if (closing.signal.aborted || directory.snapshot().emergencyOf(id).locations.length === 0) continue
      try {
        soonest = Math.min(soonest, (await next(id)) ?? timing.idle)
      } catch (error) {
        if (database.available && !closing.signal.aborted) logger.error({ err: error, tenant: id }, `places could not be tested: ${messageOf(error)}`)
      }
    }
    if (!closing.signal.aborted) timer = setTimeout(begin, soonest).unref()
  }
  const begin = (): void => {
    clearTimeout(timer)
    looking ??= look().finally(() => { looking = undefined })
  }
  timer = setTimeout(begin, timing.idle).unref()

  return {
    wake: begin,
    async close() {
      stop()
      closing.abort()
      clearTimeout(timer)
      await looking
      await database.system('tests of places let go', (trx) => trx('location_audits').where({ holder }).update({ holder: null, held_until: null })).catch(() => undefined)
    },
  }
}
