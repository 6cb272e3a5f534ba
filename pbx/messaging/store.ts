/** Messages that wait, in the database: their words and headers sealed. */
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { WaitingMessageRow } from '../../migrations/tables.ts'
import type { TextMessage } from './text.ts'

export interface NewWaiting {
  id: string
  tenantId: string
  extensionId: string
  from: { number: string; name: string | null }
  message: TextMessage
  sentAt: Date
  expiresAt: Date
}

export interface Waiting extends NewWaiting {
  place: string
}

export interface MessageStore {
  /** Extensions for which something waits. */
  extensions(): Promise<string[]>
  /** @throws Refusal `busy` when no more can wait for this extension, `unavailable` without a database */
  save(message: NewWaiting): Promise<void>
  /** The next ones that are not over, the oldest first. */
  after(extensionId: string, place: string): Promise<Waiting[]>
  remove(id: string): Promise<void>
  /** Forgets those whose time is over; says how many. */
  sweep(): Promise<number>
}

const PURPOSE = 'text-message'
/** For one extension. */
const MOST = 200
const BATCH = 20

export function createMessageStore(database: Pick<Database, 'system'>, secrets: Pick<Secrets, 'seal' | 'open'>): MessageStore {
  return {
    extensions: () => database.system('messages that wait', async (trx) => ((await trx('waiting_messages').distinct('extension_id')) as { extension_id: string }[]).map((row) => row.extension_id)),
    save: ({ id, tenantId, extensionId, from, message, sentAt, expiresAt }) => database.system('a message waits', async (trx) => {
      // Whoever saves for the same extension waits, so that no two pass the limit together.
      const extension = await trx('extensions').where({ tenant_id: tenantId, id: extensionId }).forNoKeyUpdate().first('id')
      if (!extension) throw new Refusal('not-found', 'There is no such extension any more')
      const [counted] = (await trx('waiting_messages').where({ extension_id: extensionId }).whereRaw('expires_at > now()').count('* as count')) as { count: string }[]
      if (Number(counted?.count) >= MOST) throw new Refusal('busy', 'No more messages can wait for this extension')
      const { body, headers, contentType } = message
      await trx('waiting_messages').insert({
        id, tenant_id: tenantId, extension_id: extensionId, from_number: from.number, from_name: from.name, content_type: contentType, bytes: Buffer.byteLength(body),
        sealed: secrets.seal(PURPOSE, tenantId, JSON.stringify({ body, headers })), sent_at: sentAt, expires_at: expiresAt,
      })
    }),
    after: (extensionId, place) => database.system('messages of an extension', async (trx) => {
      const rows = (await trx('waiting_messages').where({ extension_id: extensionId }).where('place', '>', place).whereRaw('expires_at > now()').orderBy('place').limit(BATCH)) as WaitingMessageRow[]
      return rows.map((row) => {
        const { body, headers } = JSON.parse(secrets.open(PURPOSE, row.tenant_id, row.sealed)) as Pick<TextMessage, 'body' | 'headers'>
        return {
          id: row.id, place: row.place, tenantId: row.tenant_id, extensionId: row.extension_id, from: { number: row.from_number, name: row.from_name },
          message: { contentType: row.content_type, body, headers }, sentAt: row.sent_at, expiresAt: row.expires_at,
        }
      })
    }),
    remove: async (id) => void (await database.system('a message was taken', (trx) => trx('waiting_messages').where({ id }).delete())),
    sweep: () => database.system('retention', (trx) => trx('waiting_messages').whereRaw('expires_at <= now()').delete()),
  }
}
