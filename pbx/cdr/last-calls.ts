/** What an extension's last calls were: for codes that call back. */
import { serviceActor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import type { LastCalled, LastCaller, LastDialled } from '../events/catalogue.ts'
import { settle, type Pending } from './settle.ts'

export interface LastCalls {
  /** Who called an extension last, of those who rang it or wanted to; calls that the house itself began are none. */
  lastCaller(tenantId: string, extensionId: string): Promise<LastCaller | undefined>
  /** The extension that an extension called last within the hour. */
  lastCalled(tenantId: string, extensionId: string): Promise<LastCalled | undefined>
  /** The number that an extension dialled last within a month; codes are none. */
  lastDialled(tenantId: string, extensionId: string): Promise<LastDialled | undefined>
}

const GROUP_DAYS = 3
const DIALLED_DAYS = 31
/** Without a question mark, which knex takes for a value. */
const PLAIN = '^[+]{0,1}[0-9]+$'
/** A call that a phone or a carrier began. */
const FROM_OUTSIDE_US = `legs->0->>'sipCallId' <> ''`

export function createLastCalls(database: Database, journal: Pending): LastCalls {
  const first = async <T>(tenantId: string, sql: string, values: Record<string, string>): Promise<T | undefined> => {
    await settle(journal)
    const { rows } = (await database.read(serviceActor(tenantId, 'cdr'), (trx) => trx.raw(sql, values))) as { rows: T[] }
    return rows[0]
  }
  return {
    async lastCaller(tenantId, extensionId) {
      const seen = `SELECT from_number AS number, caller_extension_id AS "extensionId", started_at FROM calls WHERE caller_extension_id IS DISTINCT FROM :extensionId AND ${FROM_OUTSIDE_US} AND reason <> 'nothing-rings'`
      // Members of groups are found in the legs, which no index covers, so only for some days.
      const last = await first<LastCaller>(tenantId, `
        (${seen} AND callee_extension_id = :extensionId ORDER BY started_at DESC LIMIT 1)
        UNION ALL (${seen} AND callee_extension_id IS DISTINCT FROM :extensionId AND started_at > now() - interval '${GROUP_DAYS} days' AND legs @> :leg::jsonb ORDER BY started_at DESC LIMIT 1)
        ORDER BY started_at DESC LIMIT 1`, { extensionId, leg: JSON.stringify([{ role: 'callee', extensionId }]) })
      return last && { number: last.number, extensionId: last.extensionId }
    },
    lastCalled: (tenantId, extensionId) => first<LastCalled>(tenantId, `
      SELECT callee_extension_id AS "extensionId", result, reason FROM calls
      WHERE caller_extension_id = :extensionId AND callee_extension_id <> :extensionId AND started_at > now() - interval '1 hour' AND ${FROM_OUTSIDE_US}
      ORDER BY started_at DESC LIMIT 1`, { extensionId }),
    lastDialled: (tenantId, extensionId) => first<LastDialled>(tenantId, `
      SELECT to_number AS number, from_number !~ '${PLAIN}' AS withheld FROM calls
      WHERE caller_extension_id = :extensionId AND started_at > now() - interval '${DIALLED_DAYS} days' AND to_number ~ '${PLAIN}' AND ${FROM_OUTSIDE_US}
      ORDER BY started_at DESC LIMIT 1`, { extensionId }),
  }
}
