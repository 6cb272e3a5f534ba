import { join } from 'node:path'
import { serviceActor, type Actor } from '../../config/actor.ts'
import { createJournal } from '../../config/database/journal.ts'
import type { Database, Knex, Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { MailboxRow, VoicemailMessageRow } from '../../migrations/tables.ts'
import type { Paged, VoiceMessage, VoiceMessageFilter } from '../door.ts'
import type { Shelf } from './shelf.ts'

/** A message on its way to the database. The time is in seconds since the epoch. */
export interface MessageFact {
  id: string
  tenant_id: string
  mailbox_id: string
  call_id: string | null
  from_number: string
  from_name: string | null
  left_at: number
  seconds: number
  path: string
  urgent: boolean
  forwarded_by: string | null
}

/** With whose mailbox it is in, and what that does with mail. */
export type MessageRow = VoicemailMessageRow & { number: string; name: string } & Pick<MailboxRow, 'mail_attach' | 'mail_then'>

/** The messages of all mailboxes. */
export interface Messages {
  /** One was left; it is kept whatever becomes of the database or of us. */
  add(fact: MessageFact): void
  list(actor: Actor, filter: VoiceMessageFilter): Promise<Paged<VoiceMessage>>
  row(actor: Actor, id: string): Promise<MessageRow>
  /** Of one mailbox, the urgent first and then the oldest, those deleted by phone left out. */
  of(actor: Actor, mailboxId: string, heard: boolean): Promise<MessageRow[]>
  count(actor: Actor, mailboxId: string): Promise<number>
  mark(actor: Actor, id: string, change: { heard?: boolean; urgent?: boolean }): Promise<VoiceMessage>
  /** Out of sight until `purge`, so that it can be brought back. */
  setDeleted(actor: Actor, id: string, deleted: boolean): Promise<void>
  /** What was deleted by phone goes for good. */
  purge(actor: Actor, mailboxId: string): Promise<void>
  remove(actor: Actor, id: string): Promise<void>
  /** A copy in each of these, after a spoken comment where there is one. */
  forward(actor: Actor, row: MessageRow, mailboxIds: readonly string[], by: string, comment?: (path: string) => Promise<void>): Promise<void>
  /** Deletes what is older than its mailbox keeps it, and what a phone deleted and did not purge; says how many. */
  sweep(): Promise<number>
  flush(): Promise<void>
  close(): Promise<void>
}

export function createMessages(options: { database: Database; logger: Logger; home: string; shelf: Shelf }): Messages {
  const { database, logger, shelf } = options
  const journal = createJournal<MessageFact>({
    name: 'voicemail', database, logger, spoolFile: join(options.home, 'spool', 'voicemail.jsonl'),
    async write(trx, rows) {
      for (const { left_at, ...row } of rows) {
        // Its mailbox may have gone meanwhile, and the message with it.
        if (await trx('mailboxes').where({ id: row.mailbox_id }).first()) await trx('voicemail_messages').insert({ ...row, left_at: new Date(left_at * 1000) }).onConflict('id').ignore()
      }
    },
  })
  const settle = async (): Promise<void> => (journal.pending > 0 ? journal.flush() : undefined)

  const removeRows = async (actor: Actor, rows: readonly VoicemailMessageRow[]): Promise<number> => {
    if (rows.length === 0) return 0
    return database.change(actor, async (trx) => {
      const gone = await trx('voicemail_messages').whereIn('id', rows.map(({ id }) => id)).delete()
      // The file goes before the transaction is over: what is deleted cannot be heard any more.
      for (const row of rows) await shelf.remove(row)
      return { result: gone, audit: rows.map((row) => ({ action: 'voicemail.delete', subjectType: 'voicemail', subjectId: row.id, before: { mailbox: row.mailbox_id, from: row.from_number, leftAt: row.left_at, seconds: row.seconds } })) }
    })
  }

  return {
    add(fact) {
      journal.add(fact)
      void journal.flush().then(() => shelf.wake())
    },
    async list(actor, filter) {
      await settle()
      return database.read(actor, async (trx) => {
        const matching = messages(trx).whereNull('m.deleted_at').modify((query) => narrow(query, filter))
        const [{ count } = { count: '0' }] = await matching.clone().clearSelect().count<{ count: string }[]>('* as count')
        const rows = (await matching.select(SHOWN).orderBy(`m.${filter.sort}`, filter.order).orderBy('m.id', filter.order).limit(filter.limit).offset((filter.page - 1) * filter.limit)) as MessageRow[]
        return { rows: rows.map(messageInfo), total: Number(count) }
      })
    },
    async row(actor, id) {
      await settle()
      return database.read(actor, (trx) => find(trx, id))
    },
    async of(actor, mailboxId, heard) {
      await settle()
      return database.read(actor, async (trx) =>
        (await messages(trx).select(SHOWN).where({ mailbox_id: mailboxId }).whereNull('deleted_at')[heard ? 'whereNotNull' : 'whereNull']('heard_at').orderBy([{ column: 'urgent', order: 'desc' }, { column: 'left_at' }])) as MessageRow[])
    },
    async count(actor, mailboxId) {
      const [row] = await database.read(actor, (trx) => trx('voicemail_messages').where({ mailbox_id: mailboxId }).count<{ count: string }[]>('* as count'))
      return Number(row?.count ?? 0)
    },
    mark: (actor, id, { heard, urgent }) =>
      database.change(actor, async (trx) => {
        const before = await find(trx, id)
        const columns = { ...(heard === undefined ? {} : { heard_at: heard ? (before.heard_at ?? new Date()) : null }), ...(urgent === undefined ? {} : { urgent }) }
        if (Object.keys(columns).length > 0) await trx('voicemail_messages').where({ id }).update(columns)
        const after = await find(trx, id)
        const seen = (row: MessageRow): object => ({ heard: row.heard_at !== null, urgent: row.urgent })
        return { result: messageInfo(after), audit: { action: 'voicemail.mark', subjectType: 'voicemail', subjectId: id, before: seen(before), after: seen(after) } }
      }),
    setDeleted: (actor, id, deleted) =>
      database.change(actor, async (trx) => {
        await trx('voicemail_messages').where({ id }).update({ deleted_at: deleted ? new Date() : null })
        return { result: undefined, audit: { action: deleted ? 'voicemail.discard' : 'voicemail.restore', subjectType: 'voicemail', subjectId: id } }
      }),
    async purge(actor, mailboxId) {
      const rows = (await database.read(actor, (trx) => trx<VoicemailMessageRow>('voicemail_messages').where({ mailbox_id: mailboxId }).whereNotNull('deleted_at'))) as VoicemailMessageRow[]
      await removeRows(actor, rows)
    },
    async remove(actor, id) {
      await removeRows(actor, [await database.read(actor, (trx) => find(trx, id))])
    },
    async forward(actor, row, mailboxIds, by, comment) {
      for (const mailboxId of mailboxIds) {
        const id = newId()
        const { path, relative } = await shelf.place(row.tenant_id, mailboxId, id)
        await comment?.(path)
        await shelf.copy(row, comment ? path.replace(/\.wav$/, '.2.wav') : path)
        await database.change(actor, async (trx) => {
          await trx('voicemail_messages').insert({
            id, tenant_id: row.tenant_id, mailbox_id: mailboxId, call_id: row.call_id, from_number: row.from_number, from_name: row.from_name, left_at: new Date(),
            seconds: row.seconds, path: relative, urgent: row.urgent, forwarded_by: by,
          })
          return { result: undefined, audit: { action: 'voicemail.forward', subjectType: 'voicemail', subjectId: row.id, after: { mailbox: mailboxId, message: id } } }
        })
      }
      shelf.wake()
    },
    async sweep() {
      const rows = (await database.system('retention', async (trx) => (await trx.raw<{ rows: VoicemailMessageRow[] }>(
        `SELECT m.* FROM voicemail_messages m JOIN mailboxes b ON b.id = m.mailbox_id
         WHERE m.left_at < now() - b.keep_days * interval '1 day' OR m.deleted_at < now() - interval '1 day' LIMIT 5000`)).rows))
      let total = 0
      for (const tenantId of new Set(rows.map((row) => row.tenant_id))) total += await removeRows(serviceActor(tenantId, 'retention'), rows.filter((row) => row.tenant_id === tenantId))
      return total
    },
    flush: () => journal.flush(),
    close: () => journal.close(),
  }
}

const SHOWN = ['m.*', 'extensions.number', 'extensions.name', 'mailboxes.mail_attach', 'mailboxes.mail_then']

const messages = (trx: Transaction) => trx('voicemail_messages as m').join('extensions', 'extensions.id', 'm.mailbox_id').join('mailboxes', 'mailboxes.id', 'm.mailbox_id')

async function find(trx: Transaction, id: string): Promise<MessageRow> {
  const row = (await messages(trx).select(SHOWN).where({ 'm.id': id }).first()) as MessageRow | undefined
  if (!row) throw new Refusal('not-found', 'There is no such message.')
  return row
}

export function messageInfo(row: MessageRow): VoiceMessage {
  return {
    id: row.id, mailboxId: row.mailbox_id, to: { number: row.number, name: row.name }, from: { number: row.from_number, name: row.from_name }, callId: row.call_id,
    leftAt: row.left_at, seconds: row.seconds, urgent: row.urgent, heardAt: row.heard_at, forwardedBy: row.forwarded_by, mailedAt: row.mailed_at,
  }
}

function narrow(query: Knex.QueryBuilder, { mailboxId, heard, search }: VoiceMessageFilter): void {
  if (mailboxId !== undefined) query.where('m.mailbox_id', mailboxId)
  if (heard !== undefined) query[heard ? 'whereNotNull' : 'whereNull']('m.heard_at')
  if (search) {
    const like = `%${search.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
    query.where((any) => any.whereILike('m.from_number', like).orWhereILike('m.from_name', like))
  }
}
