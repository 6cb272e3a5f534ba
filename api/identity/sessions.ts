import type { PersonActor } from '../../config/actor.ts'
import type { Transaction } from '../../config/database/index.ts'
import { newId } from '../../config/ids.ts'
import type { SessionRow } from '../../migrations/tables.ts'
import type { Identified, World } from '../http/world.ts'
import { SESSION_COOKIE } from '../http/cookies.ts'
import { SESSION_IDLE_MS } from '../../config/session-life.ts'
import { hashOf, newSecret } from './credentials.ts'
import { updateUser, type UserWithRoles } from './user-repository.ts'

/** A session is over after this long however busy it is. */
export const ABSOLUTE_MS = 7 * 24 * 3_600_000

/** How exact last_seen_at and last_used_at are: a write a minute, not one a request. */
export const SEEN_EVERY_MS = 60_000

export interface Client {
  address: string
  userAgent: string | undefined
  cookies: ReadonlyMap<string, string>
}

/** The provider a person came by. */
export interface Via {
  providerId: string
  idToken: string
}

/** Of the seal on ID tokens. */
export const ID_TOKEN = 'id-token'

export interface OpenedSession {
  /** The Set-Cookie header. */
  cookie: string
  csrfToken: string
  expiresAt: Date
}

/**
 * Signs a user in with a new secret: the session the browser came with, if any, is ended, so that
 * nobody can plant one beforehand (session fixation).
 */
export async function openSession(world: World, user: UserWithRoles, client: Client, via?: Via): Promise<OpenedSession> {
  const now = new Date(world.clock.now())
  const secret = newSecret()
  const session: SessionRow = {
    id: newId(),
    tenant_id: user.tenant_id,
    user_id: user.id,
    token_hash: hashOf(secret),
    csrf_token: newSecret(),
    address: client.address,
    user_agent: client.userAgent?.slice(0, 300) ?? null,
    created_at: now,
    last_seen_at: now,
    expires_at: new Date(now.getTime() + ABSOLUTE_MS),
    provider_id: via?.providerId ?? null,
    id_token_sealed: via === undefined ? null : world.secrets.seal(ID_TOKEN, user.tenant_id, via.idToken),
  }
  const previous = client.cookies.get(SESSION_COOKIE)
  await world.database.change(actorOf(user, client.address), async (trx) => {
    if (previous !== undefined) await trx<SessionRow>('sessions').where({ token_hash: hashOf(previous) }).delete()
    // Sessions that ran out are cleared away here: nothing depends on it, so it needs no timer.
    await trx<SessionRow>('sessions')
      .where('expires_at', '<=', now)
      .orWhere('last_seen_at', '<=', new Date(now.getTime() - SESSION_IDLE_MS))
      .delete()
    await trx<SessionRow>('sessions').insert(session)
    await updateUser(trx, user.id, { last_login_at: now })
    const after = { ...(via && { providerId: via.providerId }), userId: user.id, address: session.address, userAgent: session.user_agent }
    return { result: undefined, audit: { action: 'session.create', subjectType: 'session', subjectId: session.id, after } }
  })
  if (previous !== undefined) world.identityChanges.publish(user.tenant_id)
  return { cookie: cookieOf(world, secret), csrfToken: session.csrf_token, expiresAt: session.expires_at }
}

/** Who the cookie belongs to, looked up over all tenants. */
export async function findSession(trx: Transaction, cookie: string, address: string, now: Date, touch: boolean): Promise<Identified | undefined> {
  const row = await trx('sessions as s')
    .join('users as u', 'u.id', 's.user_id')
    .where('s.token_hash', hashOf(cookie))
    .where('s.expires_at', '>', now)
    .where('s.last_seen_at', '>', new Date(now.getTime() - SESSION_IDLE_MS))
    .where('u.status', 'active')
    .first<SessionRow & { email: string; extension_id: string | null; permissions: string[] }>(
      's.*',
      'u.email',
      'u.extension_id',
      trx.raw(`ARRAY(SELECT DISTINCT p.permission FROM user_roles ur JOIN role_permissions p ON p.role_id = ur.role_id
                     WHERE ur.user_id = u.id) AS permissions`),
    )
  if (!row) return undefined
  if (touch && now.getTime() - row.last_seen_at.getTime() >= SEEN_EVERY_MS) {
    await trx<SessionRow>('sessions').where({ id: row.id }).update({ last_seen_at: now })
  }
  return {
    actor: actorOf({ id: row.user_id, tenant_id: row.tenant_id, email: row.email, permissions: row.permissions, extension_id: row.extension_id }, address),
    session: { id: row.id, userId: row.user_id, csrfToken: row.csrf_token, expiresAt: row.expires_at },
  }
}

/** Signs one session out. */
export async function endSession(world: World, actor: PersonActor, id: string): Promise<void> {
  await world.database.change(actor, async (trx) => {
    await trx<SessionRow>('sessions').where({ id }).delete()
    return { result: undefined, audit: { action: 'session.delete', subjectType: 'session', subjectId: id } }
  })
  world.identityChanges.publish(actor.tenantId)
}

export function actorOf(user: { id: string; tenant_id: string; email: string; permissions: readonly string[]; extension_id: string | null }, address: string): PersonActor {
  return { kind: 'user', tenantId: user.tenant_id, id: user.id, name: user.email, permissions: new Set(user.permissions), address, ...(user.extension_id !== null && { extensionId: user.extension_id }) }
}

function cookieOf(world: World, secret: string): string {
  return `${SESSION_COOKIE}=${secret}; Max-Age=${ABSOLUTE_MS / 1000}; ${attributes(world)}`
}

/** The Set-Cookie header that makes a browser forget its session. */
export function endedCookie(world: World): string {
  return `${SESSION_COOKIE}=; Max-Age=0; ${attributes(world)}`
}

function attributes(world: World): string {
  const secure = world.gate.publicOrigin.startsWith('https:') ? '; Secure' : ''
  return `Path=/; HttpOnly; SameSite=Strict${secure}`
}
