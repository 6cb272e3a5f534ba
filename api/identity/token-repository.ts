import type { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Transaction } from '../../config/database/index.ts'
import type { ApiTokenRow } from '../../migrations/tables.ts'
import type { Identified } from '../http/world.ts'
import { hashOf, newSecret, TOKEN_PREFIX } from './credentials.ts'
import type { ApiTokenQuery } from './schemas.ts'
import { SEEN_EVERY_MS } from './sessions.ts'

export interface TokenWithMaker extends ApiTokenRow {
  maker_name: string | null
}

const LISTED = ['api_tokens.*', 'users.name as maker_name']

/** Tokens that were not revoked; expired ones are among them. */
export async function listTokens(trx: Transaction, query: z.output<typeof ApiTokenQuery>): Promise<{ rows: TokenWithMaker[]; total: number }> {
  const matching = trx<ApiTokenRow>('api_tokens')
    .whereNull('api_tokens.revoked_at')
    .modify((rows) => {
      if (query.search === undefined) return
      rows.whereILike('api_tokens.name', `%${query.search.replace(/[\\%_]/g, '\\$&')}%`)
    })
  const [counted] = await matching.clone().count<{ count: string }[]>('api_tokens.id as count')
  const rows = await matching
    .clone()
    .leftJoin('users', 'users.id', 'api_tokens.created_by')
    .select<TokenWithMaker[]>(LISTED)
    .orderBy([{ column: `api_tokens.${query.sort}`, order: query.order }, { column: 'api_tokens.id' }])
    .limit(query.limit)
    .offset((query.page - 1) * query.limit)
  return { rows, total: Number(counted?.count ?? 0) }
}

async function insertToken(trx: Transaction, token: ApiTokenRow): Promise<TokenWithMaker> {
  await trx<ApiTokenRow>('api_tokens').insert(token)
  const stored = await trx('api_tokens')
    .leftJoin('users', 'users.id', 'api_tokens.created_by')
    .where('api_tokens.id', token.id)
    .select<TokenWithMaker[]>(LISTED)
    .first()
  return stored as TokenWithMaker
}

/** Makes a token for the actor: its secret, and what is kept of it. */
export async function makeToken(trx: Transaction, actor: PersonActor, { name, permissions, expiresAt, now }: { name: string; permissions: string[]; expiresAt: Date | null; now: Date }): Promise<{ token: string; stored: TokenWithMaker }> {
  const token = TOKEN_PREFIX + newSecret()
  const stored = await insertToken(trx, {
    id: newId(), tenant_id: actor.tenantId, name, token_hash: hashOf(token), prefix: token.slice(0, 10), permissions: [...new Set(permissions)],
    created_by: actor.id, created_at: now, last_used_at: null, expires_at: expiresAt, revoked_at: null,
  })
  return { token, stored }
}

/** Tokens of one person that hold this permission and no other, newest first; revoked ones are not among them. */
export function tokensOf(trx: Transaction, userId: string, permission: string): Promise<TokenWithMaker[]> {
  return trx('api_tokens').leftJoin('users', 'users.id', 'api_tokens.created_by').where('api_tokens.created_by', userId).whereNull('api_tokens.revoked_at')
    .whereRaw('api_tokens.permissions = ARRAY[?]::text[]', [permission]).orderBy([{ column: 'api_tokens.created_at', order: 'desc' }, { column: 'api_tokens.id' }]).select<TokenWithMaker[]>(LISTED)
}

/** @throws Refusal `not-found` also for a token that was revoked before */
export async function revokeToken(trx: Transaction, id: string, now: Date): Promise<ApiTokenRow> {
  const [token] = await trx<ApiTokenRow>('api_tokens').where({ id, revoked_at: null }).update({ revoked_at: now }).returning('*')
  if (!token) throw new Refusal('not-found', 'There is no such token.')
  return token
}

/**
 * Who the token belongs to, looked up over all tenants. It can do what it was given as far as its
 * maker still can, and nothing once the maker is disabled.
 */
export async function findToken(trx: Transaction, token: string, address: string, now: Date, touch: boolean): Promise<Identified | undefined> {
  const row = await trx('api_tokens as t')
    .join('users as u', 'u.id', 't.created_by')
    .where('t.token_hash', hashOf(token))
    .whereNull('t.revoked_at')
    .where((alive) => alive.whereNull('t.expires_at').orWhere('t.expires_at', '>', now))
    .where('u.status', 'active')
    .first<ApiTokenRow & { allowed: string[]; extension_id: string | null }>(
      't.*',
      'u.extension_id',
      trx.raw(`ARRAY(SELECT DISTINCT p.permission FROM user_roles ur JOIN role_permissions p ON p.role_id = ur.role_id
                     WHERE ur.user_id = u.id AND p.permission = ANY (t.permissions)) AS allowed`),
    )
  if (!row) return undefined
  if (touch && (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() >= SEEN_EVERY_MS)) {
    await trx<ApiTokenRow>('api_tokens').where({ id: row.id }).update({ last_used_at: now })
  }
  return {
    actor: { kind: 'token', tenantId: row.tenant_id, id: row.id, name: row.name, permissions: new Set(row.allowed), address, ...(row.extension_id !== null && { extensionId: row.extension_id }) },
    session: undefined,
  }
}
