import type { Database, Transaction } from '../../config/database/index.ts'
import { startQueue, type Queue } from '../../config/database/queue.ts'
import type { Logger } from '../../config/logger.ts'
import { GIVE_UP_MS, isAtFault, standardTimes, waitAfter, type QueueTimes } from '../../config/outbound/patience.ts'
import type { ContactSettingsRow, CrmCallRow, CrmConnectionRow } from '../../migrations/tables.ts'
import { STANDARD_COUNTRY } from '../../pbx/index.ts'
import { wholeNumber, type CallNote } from './call-note.ts'
import { CrmProblem, type Crm, type Logged } from './crm.ts'
import { takeRecord } from './records.ts'

const AT_ONCE = 8
/** Longer than any call takes to be logged: whoever died over one leaves it to the next. */
const CLAIM = '3 minutes'
/** After which a call is given up that is always answered with a status that says that the CRM is at fault. */
const MOST_FAILED = 20
/** Credentials that were refused are tried again meanwhile, in case somebody mends it there. */
const REFUSED_WAIT_MS = 3_600_000
/** A search may not find for so long what was just made. */
const UNFOUND = '15 minutes'

/** Takes calls from the table and logs them, those of one connection one after the other. */
export function startCrmQueue(options: { database: Database; logger: Logger; crmOf: (connection: CrmConnectionRow) => Crm; linkOf: (tenantId: string, callId: string) => Promise<string | null>; times?: QueueTimes }): Queue {
  const { database, logger, crmOf, linkOf } = options
  const times = options.times ?? standardTimes

  const logOne = async (row: CrmCallRow): Promise<void> => {
    const connection = (await database.system('crm connection', (trx) => trx<CrmConnectionRow>('crm_connections').where({ id: row.connection_id }).first())) as CrmConnectionRow | undefined
    if (!connection) return
    const begun = performance.now()
    const ms = (): number => Math.round(performance.now() - begun)
    try {
      const logged = await log(row, connection)
      await database.system('crm call logged', (trx) => noteLogged(trx, row, connection, logged, ms()))
    } catch (error) {
      if (!(error instanceof CrmProblem)) throw error
      await database.system('crm call failed', (trx) => noteProblem(trx, row, connection, error, ms()))
    }
  }

  const log = async (row: CrmCallRow, connection: CrmConnectionRow): Promise<Logged> => {
    const crm = crmOf(connection)
    const note = row.note as CallNote
    let recordBase = connection.record_base
    if (recordBase === null) {
      const account = await crm.account()
      recordBase = account.recordBase
      await database.system('crm account', (trx) => trx<CrmConnectionRow>('crm_connections').where({ id: connection.id }).update({ account: account.name, record_base: account.recordBase }))
    }
    const settings = await database.system('crm country', (trx) => trx<ContactSettingsRow>('contact_settings').where({ tenant_id: row.tenant_id }).first('country'))
    const country = settings?.country ?? STANDARD_COUNTRY
    const e164 = wholeNumber(note, country)
    return crm.log({
      note, e164, country, unknown: connection.unknown_callers, recordBase, again: row.tries > 1, contactIds: row.contact_ids,
      record: connection.kind === 'hubspot' ? await database.system('crm record', (trx) => takeRecord(trx, row.tenant_id, note)) : undefined,
      link: connection.call_links ? await linkOf(row.tenant_id, note.callId) : null,
      madeBefore: () => database.system('crm contact made', async (trx) => {
        const made = (await trx<CrmCallRow>('crm_calls').where({ connection_id: connection.id, e164, made_contact: true }).whereRaw(`last_try_at > now() - interval '${UNFOUND}'`).orderBy('created_at', 'desc').first('contact_ids')) as Pick<CrmCallRow, 'contact_ids'> | undefined
        return made?.contact_ids[0]
      }),
      remember: (contactIds, made) => database.system('crm contact', async (trx) => {
        await trx<CrmCallRow>('crm_calls').where({ id: row.id }).update({ contact_ids: contactIds, e164, last_try_at: trx.fn.now() as never, ...(made && { made_contact: true }) })
      }),
    })
  }

  const noteLogged = async (trx: Transaction, row: CrmCallRow, connection: CrmConnectionRow, logged: Logged, ms: number): Promise<void> => {
    const what = logged.kind === 'logged' ? { record_id: logged.recordId, record_url: logged.recordUrl, left_out: null } : { left_out: logged.why }
    await trx<CrmCallRow>('crm_calls').where({ id: row.id }).update({ ...what, claimed_until: null, last_status: null, last_error: null, last_ms: ms, last_try_at: trx.fn.now(), done_at: trx.fn.now() } as never)
    if (connection.failures > 0 || connection.refused !== null) await trx<CrmConnectionRow>('crm_connections').where({ id: connection.id }).update({ failures: 0, paused_until: null, refused: null })
  }

  const noteProblem = async (trx: Transaction, row: CrmCallRow, connection: CrmConnectionRow, { message, status, retryAfter, credentials }: CrmProblem, ms: number): Promise<void> => {
    const age = Date.now() - row.created_at.getTime()
    const atFault = !credentials && isAtFault(status)
    const over = atFault || age > GIVE_UP_MS || (!credentials && status !== null && row.tries >= MOST_FAILED)
    await trx<CrmCallRow>('crm_calls').where({ id: row.id }).update({ claimed_until: null, last_status: status, last_error: message, last_ms: ms, last_try_at: trx.fn.now(), ...(over && { gave_up_at: trx.fn.now() }) } as never)
    const facts = { tenant: row.tenant_id, connection: connection.id, call: row.call_id, status }
    if (over) logger.warn(facts, `a call is not logged to ${connection.name}: ${message}`)
    // What is wrong with one call keeps up no other.
    if (atFault) return
    const wait = credentials ? Math.max(REFUSED_WAIT_MS, (retryAfter ?? 0) * 1000) : waitAfter(times, connection.failures, retryAfter)
    await trx<CrmConnectionRow>('crm_connections').where({ id: connection.id }).update({ failures: connection.failures + 1, paused_until: new Date(Date.now() + wait), refused: credentials ? message : null })
    if (connection.failures === 0 && !over) logger.warn(facts, `calls to ${connection.name} wait: ${message}`)
  }

  return startQueue<CrmCallRow>({
    name: 'calls to log', database, logger, atOnce: AT_ONCE, atOnceOfOne: 1, ownerOf: (row) => row.connection_id, pollMs: times.pollMs, work: logOne,
    async claim(trx, full) {
      const { rows } = await trx.raw<{ rows: CrmCallRow[] }>(
        `UPDATE crm_calls SET claimed_until = now() + interval '${CLAIM}', tries = tries + 1
         WHERE id = (SELECT k.id FROM crm_calls k JOIN crm_connections c ON c.id = k.connection_id
           WHERE k.done_at IS NULL AND k.gave_up_at IS NULL AND (k.claimed_until IS NULL OR k.claimed_until <= now())
             AND c.enabled AND (c.paused_until IS NULL OR c.paused_until <= now()) AND NOT c.id = ANY (?::uuid[])
             -- Of one connection one at a time: two calls of one stranger would make two contacts.
             AND NOT EXISTS (SELECT 1 FROM crm_calls o WHERE o.connection_id = k.connection_id AND o.done_at IS NULL AND o.gave_up_at IS NULL AND o.claimed_until > now())
           ORDER BY k.seq LIMIT 1 FOR UPDATE OF k SKIP LOCKED)
         RETURNING *`,
        [full],
      )
      return rows[0]
    },
  })
}
