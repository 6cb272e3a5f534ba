import type { z } from 'zod'
import { isUniqueViolation } from '../../config/database/failure.ts'
import { Refusal } from '../../config/errors.ts'
import type { Transaction } from '../../config/database/index.ts'
import type { ApiTokenRow, DeviceRow, SessionRow, UserRoleRow, UserRow } from '../../migrations/tables.ts'
import type { RoleWithPermissions } from './roles.ts'
import type { UserQuery } from './schemas.ts'

export interface UserWithRoles extends UserRow {
  /** Keys of roles. */
  roles: string[]
  /** Of all its roles together. */
  permissions: string[]
  /** Whether a code or a key is asked at sign-in. */
  second_factor: boolean
  /** Its own. */
  extension: { id: string; number: string; name: string } | null
}

/** The columns of {@link UserWithRoles}, for a query on `users`. */
const WITH_ROLES = `users.*,
  ARRAY(SELECT r.key FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = users.id ORDER BY r.key) AS roles,
  ARRAY(SELECT DISTINCT p.permission FROM user_roles ur JOIN role_permissions p ON p.role_id = ur.role_id
        WHERE ur.user_id = users.id ORDER BY p.permission) AS permissions,
  (EXISTS(SELECT 1 FROM user_authenticators a WHERE a.user_id = users.id AND a.confirmed_at IS NOT NULL)
    OR EXISTS(SELECT 1 FROM user_passkeys k WHERE k.user_id = users.id)) AS second_factor,
  (SELECT json_build_object('id', e.id, 'number', e.number, 'name', e.name) FROM extensions e WHERE e.id = users.extension_id) AS extension`

export async function listUsers(trx: Transaction, query: z.output<typeof UserQuery>): Promise<{ rows: UserWithRoles[]; total: number }> {
  const matching = trx<UserRow>('users').modify((rows) => {
    if (query.search === undefined) return
    const pattern = `%${query.search.replace(/[\\%_]/g, '\\$&')}%`
    rows.where((any) => any.whereILike('name', pattern).orWhereILike('email', pattern))
  })
  const [counted] = await matching.clone().count<{ count: string }[]>('id as count')
  const rows = await matching
    .clone()
    .select<UserWithRoles[]>(trx.raw(WITH_ROLES))
    .orderBy([{ column: query.sort, order: query.order, nulls: 'last' }, { column: 'id' }])
    .limit(query.limit)
    .offset((query.page - 1) * query.limit)
  return { rows, total: Number(counted?.count ?? 0) }
}

/**
 * @param lock holds the row until the transaction ends
 * @throws Refusal `not-found`
 */
export async function getUser(trx: Transaction, id: string, lock = false): Promise<UserWithRoles> {
  if (lock) await trx<UserRow>('users').where({ id }).forUpdate().first('id')
  const user = await trx<UserRow>('users').where({ id }).select<UserWithRoles[]>(trx.raw(WITH_ROLES)).first()
  if (!user) throw new Refusal('not-found', 'There is no such user.')
  return user as UserWithRoles
}

/** Over all tenants: an address signs in to one of them. */
export async function findUserByEmail(trx: Transaction, email: string): Promise<UserWithRoles | undefined> {
  const user = await trx<UserRow>('users')
    .whereRaw('lower(email) = lower(?)', [email])
    .select<UserWithRoles[]>(trx.raw(WITH_ROLES))
    .first()
  return user as UserWithRoles | undefined
}

export async function insertUser(
  trx: Transaction,
  user: Pick<UserRow, 'id' | 'tenant_id' | 'email' | 'name' | 'password_hash' | 'extension_id' | 'created_at' | 'updated_at'>,
): Promise<void> {
  await uniqueEmail(() => trx<UserRow>('users').insert({ ...user, status: 'active' }))
}

export async function updateUser(trx: Transaction, id: string, changes: Partial<UserRow>): Promise<void> {
  await uniqueEmail(() => trx<UserRow>('users').where({ id }).update(changes))
}

export async function setRoles(trx: Transaction, user: Pick<UserRow, 'id' | 'tenant_id'>, roles: readonly RoleWithPermissions[]): Promise<void> {
  await trx<UserRoleRow>('user_roles').where({ user_id: user.id }).delete()
  await trx<UserRoleRow>('user_roles').insert(roles.map((role) => ({ tenant_id: user.tenant_id, user_id: user.id, role_id: role.id })))
}

/** Ends the sessions of a user, but for one that may stay. */
export async function endSessionsOf(trx: Transaction, userId: string, exceptId?: string): Promise<void> {
  const sessions = trx<SessionRow>('sessions').where({ user_id: userId })
  if (exceptId !== undefined) sessions.whereNot('id', exceptId)
  await sessions.delete()
}

/** Removes a user with its sessions; tokens it made stop working and stay on record. */
export async function deleteUser(trx: Transaction, id: string, now: Date): Promise<void> {
  await trx<ApiTokenRow>('api_tokens').where({ created_by: id, revoked_at: null }).update({ revoked_at: now })
  await trx<UserRow>('users').where({ id }).delete()
}

/** The phones in a person's browsers are gone: they were of another extension. */
export async function endSoftphonesOf(trx: Transaction, userId: string): Promise<void> {
  await trx<DeviceRow>('devices').whereIn('session_id', trx<SessionRow>('sessions').where({ user_id: userId }).select('id')).delete()
}

async function uniqueEmail(write: () => PromiseLike<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isUniqueViolation(error, 'users_email')) throw error
    const message = 'This e-mail address already signs in.'
    throw new Refusal('conflict', message, { details: [{ field: 'email', message }], cause: error })
  }
}
