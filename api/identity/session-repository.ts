import type { Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { SessionRow } from '../../migrations/tables.ts'
import type { PageRequest } from '../http/envelope.ts'
import { SESSION_IDLE_MS } from '../../config/session-life.ts'

/** What may be told of a session: never what it is proven by. */
export type SeenSession = Pick<SessionRow, 'id' | 'user_id' | 'address' | 'user_agent' | 'created_at' | 'last_seen_at' | 'expires_at'>

const SEEN = ['id', 'user_id', 'address', 'user_agent', 'created_at', 'last_seen_at', 'expires_at'] as const

/** The sessions of a user that still open something, the last used first. */
export async function listSessions(trx: Transaction, userId: string, now: Date, page: PageRequest): Promise<{ rows: SeenSession[]; total: number }> {
  const living = trx<SessionRow>('sessions')
    .where({ user_id: userId })
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', new Date(now.getTime() - SESSION_IDLE_MS))
  const [counted] = await living.clone().count<{ count: string }[]>('id as count')
  const rows = await living
    .clone()
    .select(...SEEN)
    .orderBy([{ column: 'last_seen_at', order: 'desc' }, { column: 'id' }])
    .limit(page.limit)
    .offset((page.page - 1) * page.limit)
  return { rows, total: Number(counted?.count ?? 0) }
}

/**
 * Held until the transaction ends.
 * @throws Refusal `not-found`, also for a session of another tenant
 */
export async function getSeenSession(trx: Transaction, id: string): Promise<SeenSession> {
  const session = await trx<SessionRow>('sessions').where({ id }).forUpdate().first(...SEEN)
  if (!session) throw noSession()
  return session
}

export const noSession = (): Refusal => new Refusal('not-found', 'There is no such session; it may be over already.')

export async function deleteSession(trx: Transaction, id: string): Promise<void> {
  await trx<SessionRow>('sessions').where({ id }).delete()
}
