import type { Actor } from '../../config/actor.ts'
import type { Clock } from '../../config/clock.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import { within } from '../../config/within.ts'
import type { WaitingMessageRow } from '../../migrations/tables.ts'
import type { Directory, SnapshotExtension } from '../directory/types.ts'
import type { MessagesDoor, WaitingMessage } from '../door.ts'
import type { Events } from '../events/events.ts'
import type { Registrar } from '../registrar/types.ts'
import type { SipServer } from '../sip/types.ts'
import { createRate } from './rate.ts'
import { createSending } from './sending.ts'
import { createMessageStore } from './store.ts'
import type { Taken } from './text.ts'

/** The end of the process does not wait longer for phones that are silent. */
const GOODBYE_MS = 1_000
const STATUS = { delivered: 200, waiting: 202, nobody: 480 } as const

export interface MessagingRoom {
  door: MessagesDoor
  /**
   * Hands a message of a phone to all phones of an extension, or keeps it for them.
   *
   * @param instance the one phone it is for (RFC 5627)
   * @returns 200 when a phone has it, 202 when it waits, 480 when it is not for later and nobody has it
   * @throws Refusal `busy` when no more can wait, `unavailable` when it cannot be kept now
   */
  receive(from: SnapshotExtension, to: SnapshotExtension, taken: Extract<Taken, { message: object }>, instance?: string): Promise<200 | 202 | 480>
  /** Whether this sender may send one more. */
  mayDo(from: SnapshotExtension, waits: boolean): boolean
  sweep(): Promise<number>
  close(): Promise<void>
}

/** Text messages between extensions, and from programs to them (RFC 3428). */
export async function openMessagingRoom(options: {
  database: Database; secrets: Secrets; logger: Logger; directory: Directory; events: Events; clock: Clock; registrar: Pick<Registrar, 'contactsOf'>; sip: Pick<SipServer, 'request' | 'connected'>
}): Promise<MessagingRoom> {
  const { database, directory, clock } = options
  const logger = options.logger.child({ room: 'messaging' })
  const store = createMessageStore(database, options.secrets)
  const sending = await createSending({ ...options, logger, store })
  const rate = createRate(() => clock.now())

  const settingsOf = (tenantId: string) => directory.snapshot().messagesOf(tenantId)
  const untilOf = (tenantId: string, now: number, expires?: number): Date => new Date(now + 1000 * Math.min(settingsOf(tenantId).keepDays * 86_400, expires ?? Infinity))

  return {
    mayDo: ({ id, tenantId }, waits) => rate.take(`${id} ${waits ? 'text' : 'typing'}`, settingsOf(tenantId).perMinute),
    async receive(from, to, { message, waits, expires }, instance) {
      const now = clock.now()
      const outcome = await sending.send({ id: newId(), tenantId: to.tenantId, extensionId: to.id, from: { number: from.number, name: from.name }, message, sentAt: new Date(now), expiresAt: untilOf(to.tenantId, now, expires) }, waits, instance)
      return STATUS[outcome]
    },
    sweep: () => store.sweep(),
    async close() {
      await within(sending.close(), GOODBYE_MS)
    },
    door: {
      settings: (actor) => settingsOf(actor.tenantId),
      async configure(actor, input) {
        await directory.messages.configure(actor, input)
        return settingsOf(actor.tenantId)
      },
      waiting: (actor, { extensionId, page, limit }) => database.read(actor, async (trx) => {
        if (extensionId !== undefined && !(await trx('extensions').where({ id: extensionId }).first('id'))) throw new Refusal('not-found', 'There is no such extension.')
        const matching = trx('waiting_messages as m').join('extensions as e', 'e.id', 'm.extension_id').whereRaw('m.expires_at > now()').modify((query) => void (extensionId !== undefined && query.where({ extension_id: extensionId })))
        const [{ count } = { count: '0' }] = await matching.clone().count<{ count: string }[]>('* as count')
        const rows = (await matching.select('m.*', 'e.number', 'e.name').orderBy('place').limit(limit).offset((page - 1) * limit)) as (WaitingMessageRow & { number: string; name: string })[]
        return { rows: rows.map(show), total: Number(count) }
      }),
      async send(actor, { to, text, from }) {
        const snapshot = directory.snapshot()
        const target = snapshot.extensionByNumber(actor.tenantId, to)
        if (target?.enabled !== true) throw new Refusal('not-found', `There is no extension ${to} that takes messages.`)
        const sender = from === undefined ? undefined : snapshot.extensionByNumber(actor.tenantId, from)
        if (from !== undefined && !sender) throw new Refusal('not-found', `There is no extension ${from} that the message could be from.`)
        if (!rate.take(actor.id, settingsOf(actor.tenantId).perMinute)) throw new Refusal('too-many', 'More messages than the settings allow within a minute.', { retryAfter: 60 })
        // Without its words: they are the receiver's.
        await auditOf(database, actor, target, from)
        const now = clock.now()
        const state = await sending.send({
          id: newId(), tenantId: actor.tenantId, extensionId: target.id, from: sender ? { number: sender.number, name: sender.name } : { number: '', name: actor.name },
          message: { contentType: 'text/plain;charset=UTF-8', body: text, headers: {} }, sentAt: new Date(now), expiresAt: untilOf(actor.tenantId, now),
        }, true)
        return { state: state === 'delivered' ? state : 'waiting' }
      },
      async discard(actor, id) {
        const extensionId = await database.change(actor, async (trx) => {
          const [row] = (await trx('waiting_messages').where({ id }).delete().returning('*')) as WaitingMessageRow[]
          if (!row) throw new Refusal('not-found', 'This message does not wait any more.')
          return { result: row.extension_id, audit: { action: 'message.discard', subjectType: 'extension', subjectId: row.extension_id, before: { from: row.from_number, sentAt: row.sent_at, bytes: row.bytes } } }
        })
        sending.changed(actor.tenantId, extensionId)
        logger.debug({ message: id }, 'a waiting message was discarded')
      },
    },
  }
}

const show = (row: WaitingMessageRow & { number: string; name: string }): WaitingMessage => ({
  id: row.id, extensionId: row.extension_id, to: { number: row.number, name: row.name }, from: { number: row.from_number, name: row.from_name }, contentType: row.content_type, bytes: row.bytes,
  sentAt: row.sent_at, expiresAt: row.expires_at,
})

const auditOf = (database: Database, actor: Actor, target: SnapshotExtension, from: string | undefined): Promise<void> =>
  database.change(actor, async () => ({ result: undefined, audit: { action: 'message.send', subjectType: 'extension', subjectId: target.id, after: { to: target.number, ...(from !== undefined && { from }) } } }))

