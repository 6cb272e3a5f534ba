import type { Database, Transaction } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { MessageCounts } from '../door.ts'
import type { Events } from '../events/events.ts'

/** How many messages each mailbox has, at hand when a phone asks for its lamp, and whether phones hear of it that do not ask. */
export interface Counts {
  of(mailboxId: string): MessageCounts
  unsolicited(mailboxId: string): boolean
  close(): Promise<void>
}

const CHANNEL = 'dialplane_voicemail'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const NONE: MessageCounts = { unheard: 0, unheardUrgent: 0, heard: 0, heardUrgent: 0 }

type Counted = { id: string; tenant_id: string; unsolicited: boolean } & Record<keyof MessageCounts, string>

/** Reads all, and then what PostgreSQL says has changed, whoever changed it; tells `voicemail.changed`. */
export async function watchCounts(options: { database: Database; events: Events; logger: Logger }): Promise<Counts> {
  const { database, events, logger } = options
  const known = new Map<string, MessageCounts>()
  const silent = new Set<string>()
  let work: Promise<void> = Promise.resolve()
  let closed = false
  let started = false

  const read = async (id: string | undefined): Promise<void> => {
    const rows = await database.system('voicemail counts', (trx) => count(trx, id))
    if (id !== undefined && rows.length === 0) {
      known.delete(id)
      silent.delete(id)
    }
    for (const row of rows) {
      const now: MessageCounts = { unheard: Number(row.unheard), unheardUrgent: Number(row.unheardUrgent), heard: Number(row.heard), heardUrgent: Number(row.heardUrgent) }
      const before = known.get(row.id) ?? NONE
      known.set(row.id, now)
      const changed = (Object.keys(now) as (keyof MessageCounts)[]).some((name) => now[name] !== before[name])
      const wasSilent = silent.has(row.id)
      if (row.unsolicited) silent.delete(row.id)
      else silent.add(row.id)
      if (started && (changed || wasSilent === row.unsolicited) && !closed) events.emit('voicemail.changed', row.tenant_id, { extensionId: row.id, ...now })
    }
  }
  // One after the other: an older count never comes after a newer one.
  const later = (id: string | undefined): void => {
    work = work.then(() => (closed ? undefined : read(id))).catch((error: unknown) => {
      if (!closed) logger.warn({ err: error }, `voicemail was not counted: ${messageOf(error)}`)
    })
  }
  const unlisten = await database.listen(CHANNEL, (payload) => { if (UUID.test(payload)) later(payload) }, () => later(undefined))
  later(undefined)
  await work
  started = true
  return {
    of: (id) => known.get(id) ?? NONE,
    unsolicited: (id) => !silent.has(id),
    async close() {
      closed = true
      await unlisten()
      await work
    },
  }
}

async function count(trx: Transaction, id: string | undefined): Promise<Counted[]> {
  const { rows } = await trx.raw<{ rows: Counted[] }>(
    `SELECT b.id, b.tenant_id, b.mwi_unsolicited AS unsolicited,
       count(m.id) FILTER (WHERE m.heard_at IS NULL) AS unheard, count(m.id) FILTER (WHERE m.heard_at IS NULL AND m.urgent) AS "unheardUrgent",
       count(m.id) FILTER (WHERE m.heard_at IS NOT NULL) AS heard, count(m.id) FILTER (WHERE m.heard_at IS NOT NULL AND m.urgent) AS "heardUrgent"
     FROM mailboxes b LEFT JOIN voicemail_messages m ON m.mailbox_id = b.id AND m.deleted_at IS NULL
     ${id === undefined ? '' : 'WHERE b.id = ?'} GROUP BY b.id`,
    id === undefined ? [] : [id],
  )
  return rows
}
