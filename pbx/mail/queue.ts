import type { Database, Transaction } from '../../config/database/index.ts'
import { startQueue } from '../../config/database/queue.ts'
import { messageOf } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { OutgoingMailRow } from '../../migrations/tables.ts'
import type { MailSettingsStore } from './settings.ts'
import { deliver, NotTaken, type Letter } from './smtp.ts'

/** A mail to write down within a transaction; it goes out after it. */
export interface NewMail {
  tenantId: string
  kind: string
  /** One mail of a kind about one thing: a second is left out. */
  subjectId: string | null
  urgent?: boolean
  recipients: readonly string[]
  title: string
  body: string
}

/** What a kind of mail needs beside its words. */
export interface MailKind {
  /** Asked at each try; undefined: none (any more). */
  attachment?(row: OutgoingMailRow): Promise<Letter['attachment']>
  /** In the transaction that notes it as sent. */
  sent?(trx: Transaction, row: OutgoingMailRow): Promise<void>
  /** After that transaction. */
  afterwards?(row: OutgoingMailRow): Promise<void>
}

export interface MailQueue {
  post(trx: Transaction, mail: NewMail): Promise<void>
  wake(): void
  close(): Promise<void>
}

const AT_ONCE = 6
const AT_ONCE_OF_ONE = 2
/** Longer than any delivery takes: whoever died over one leaves it to the next. */
const CLAIM = '5 minutes'
const POLL_MS = 30_000
const WAITS_MINUTES = [1, 2, 5, 10, 30]
const GIVE_UP_MS = 72 * 3_600_000

/** Takes mail from the table and hands it over, urgent first, until it is taken or three days have passed. */
export async function startMailQueue(options: { database: Database; settings: MailSettingsStore; logger: Logger; kinds: ReadonlyMap<string, MailKind> }): Promise<MailQueue> {
  const { database, settings, logger, kinds } = options
  const handOver = async (row: OutgoingMailRow): Promise<void> => {
    const kind = kinds.get(row.kind)
    try {
      const server = await settings.server(row.tenant_id)
      if (!server) throw new NotTaken('No mail server is set up. Set one up on the Mail page; this waits for it.', false, undefined)
      const attachment = await kind?.attachment?.(row)
      await deliver(server, { id: row.id, from: server.from, to: row.recipients, title: row.title, body: row.body, urgent: row.urgent, ...(attachment && { attachment }) })
    } catch (error) {
      return failed(row, error)
    }
    await database.system('mail sent', async (trx) => {
      await trx('outgoing_mail').where({ id: row.id }).update({ sent_at: trx.fn.now(), last_error: null })
      await kind?.sent?.(trx, row)
    })
    await kind?.afterwards?.(row)
  }
  const failed = async (row: OutgoingMailRow, error: unknown): Promise<void> => {
    const why = messageOf(error)
    const over = (error instanceof NotTaken && error.lasting) || Date.now() - row.created_at.getTime() > GIVE_UP_MS
    const minutes = WAITS_MINUTES[row.tries - 1] ?? 60
    await database.system('mail not taken', (trx) =>
      trx('outgoing_mail').where({ id: row.id }).update({ last_error: why, ...(over ? { gave_up_at: trx.fn.now() } : { next_try: new Date(Date.now() + minutes * 60_000) }) }))
    logger[over ? 'error' : 'warn']({ tenant: row.tenant_id, mail: row.id, kind: row.kind }, over ? `a mail was given up: ${why}` : `a mail is tried again in ${minutes} min: ${why}`)
  }

  const queue = startQueue<OutgoingMailRow>({
    name: 'mail to send', database, logger, atOnce: AT_ONCE, atOnceOfOne: AT_ONCE_OF_ONE, ownerOf: (row) => row.tenant_id, pollMs: POLL_MS, work: handOver,
    async claim(trx, full, busy) {
      const { rows } = await trx.raw<{ rows: OutgoingMailRow[] }>(
        `UPDATE outgoing_mail SET next_try = now() + interval '${CLAIM}', tries = tries + 1
         WHERE id = (SELECT id FROM outgoing_mail
           WHERE sent_at IS NULL AND gave_up_at IS NULL AND next_try <= now() AND NOT (tenant_id = ANY (?::uuid[]) AND NOT urgent) AND NOT id = ANY (?::uuid[])
           ORDER BY urgent DESC, next_try LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING *`,
        [full, busy],
      )
      return rows[0]
    },
  })
  const unlisten = await database.listen('dialplane_mail', queue.wake, queue.wake)
  queue.wake()

  return {
    async post(trx, { tenantId, kind, subjectId, urgent = false, recipients, title, body }) {
      await trx('outgoing_mail').insert({ id: newId(), tenant_id: tenantId, kind, subject_id: subjectId, urgent, recipients: [...recipients], title, body }).onConflict(['kind', 'subject_id']).ignore()
    },
    wake: queue.wake,
    async close() {
      await unlisten()
      await queue.close()
    },
  }
}
