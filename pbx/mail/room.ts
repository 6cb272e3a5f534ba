import type { Actor } from '../../config/actor.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import { messageOf, Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { OutgoingMailRow } from '../../migrations/tables.ts'
import type { MailDoor, OutgoingMail } from '../door.ts'
import { startMailQueue, type MailKind, type NewMail } from './queue.ts'
import { createMailSettings, isAddress } from './settings.ts'
import { deliver, greetServer } from './smtp.ts'

export interface MailRoom {
  door: MailDoor
  /** Writes a mail down in this transaction. It goes out afterwards, whatever becomes of the mail server or of us. */
  post(trx: Transaction, mail: NewMail): Promise<void>
  /** What mails of a kind need beside their words. To be told at the start. */
  kind(name: string, kind: MailKind): void
  /** Forgets what was sent or given up a month ago; says how many. */
  sweep(): Promise<number>
  close(): Promise<void>
}

const KEEP_DAYS = 30

/** Mail that leaves the house: where it is handed over, what waits, and what became of it. */
export async function openMailRoom(options: { database: Database; secrets: Secrets; logger: Logger }): Promise<MailRoom> {
  const { database } = options
  const logger = options.logger.child({ room: 'mail' })
  const settings = createMailSettings(database, options.secrets)
  const kinds = new Map<string, MailKind>()
  const queue = await startMailQueue({ database, settings, logger, kinds })

  const change = <T>(actor: Actor, id: string, action: string, work: (trx: Transaction, row: OutgoingMailRow) => Promise<T>): Promise<T> =>
    database.change(actor, async (trx) => {
      const row = (await trx<OutgoingMailRow>('outgoing_mail').where({ id }).forUpdate().first()) as OutgoingMailRow | undefined
      if (!row) throw new Refusal('not-found', 'There is no such mail. It may have been discarded, or sent long ago.')
      return { result: await work(trx, row), audit: { action, subjectType: 'mail', subjectId: id, before: { kind: row.kind, recipients: row.recipients, title: row.title } } }
    })

  return {
    door: {
      settings: (actor) => settings.get(actor),
      async setUp(actor, input, version) {
        const saved = await settings.save(actor, input, version)
        queue.wake()
        return saved
      },
      remove: (actor) => settings.remove(actor),
      async test(actor, to) {
        if (!isAddress(to)) throw wrongField('to', 'Give an e-mail address such as you@example.com.')
        const server = await settings.server(actor.tenantId)
        if (!server) throw new Refusal('conflict', 'Set up a mail server first.')
        await database.change(actor, async () => ({ result: undefined, audit: { action: 'mail.test', subjectType: 'tenant', subjectId: actor.tenantId, after: { to, host: server.host } } }))
        try {
          await deliver(server, { id: newId(), from: server.from, to: [to], title: 'Dialplane can send mail', body: `${actor.name} asked for this test. Mail from Dialplane arrives.\n`, urgent: false })
        } catch (error) {
          throw new Refusal('unavailable', messageOf(error), { cause: error })
        }
      },
      async check(actor) {
        const server = await settings.server(actor.tenantId)
        if (!server) return undefined
        try {
          await greetServer(server)
        } catch (error) {
          throw new Refusal('unavailable', messageOf(error), { cause: error })
        }
        return `${server.host}:${server.port}`
      },
      post: (actor, mail) => database.system('mail', (trx) => queue.post(trx, { ...mail, tenantId: actor.tenantId })),
      list: (actor, filter) =>
        database.read(actor, async (trx) => {
          const matching = trx('outgoing_mail').modify((query) => {
            if (filter.state === 'sent') query.whereNotNull('sent_at')
            else if (filter.state === 'failed') query.whereNotNull('gave_up_at')
            else if (filter.state === 'waiting') query.whereNull('sent_at').whereNull('gave_up_at')
          })
          const [{ count } = { count: '0' }] = await matching.clone().count<{ count: string }[]>('* as count')
          const rows = (await matching.orderBy([{ column: 'created_at', order: 'desc' }, 'id']).limit(filter.limit).offset((filter.page - 1) * filter.limit)) as OutgoingMailRow[]
          return { rows: rows.map(show), total: Number(count) }
        }),
      async retry(actor, id) {
        const again = await change(actor, id, 'mail.retry', async (trx, row) => {
          if (row.sent_at !== null) throw new Refusal('conflict', 'This mail was sent already.')
          const now = new Date()
          // A fresh three days: it is a new wish of a person.
          await trx('outgoing_mail').where({ id }).update({ gave_up_at: null, next_try: now, created_at: row.gave_up_at === null ? row.created_at : now, tries: 0 })
          return (await trx<OutgoingMailRow>('outgoing_mail').where({ id }).first()) as OutgoingMailRow
        })
        queue.wake()
        return show(again)
      },
      discard: (actor, id) => change(actor, id, 'mail.discard', async (trx) => void (await trx('outgoing_mail').where({ id }).delete())),
    },
    post: (trx, mail) => queue.post(trx, mail),
    kind: (name, kind) => void kinds.set(name, kind),
    sweep: () => database.system('retention', (trx) => trx('outgoing_mail').whereRaw(`coalesce(sent_at, gave_up_at) < now() - interval '${KEEP_DAYS} days'`).delete()),
    close: () => queue.close(),
  }
}

function show(row: OutgoingMailRow): OutgoingMail {
  const state = row.sent_at !== null ? 'sent' : row.gave_up_at !== null ? 'failed' : 'waiting'
  return {
    id: row.id, kind: row.kind, recipients: row.recipients, title: row.title, createdAt: row.created_at, state, tries: row.tries, nextTry: state === 'waiting' ? row.next_try : null,
    lastError: row.last_error, sentAt: row.sent_at,
  }
}
