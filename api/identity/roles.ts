import { Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import type { RolePermissionRow, RoleRow, TenantRow } from '../../migrations/tables.ts'
import { ADMIN_ROLE, builtInRoles } from './permissions.ts'

export interface RoleWithPermissions extends RoleRow {
  permissions: string[]
}

/** Brings the built-in roles of every tenant up to the table of permissions. */
export async function seedRoles(database: Database): Promise<void> {
  await database.system('seed built-in roles', async (trx) => {
    // One starting server at a time; the others find nothing left to do.
    await trx.raw("SELECT pg_advisory_xact_lock(hashtext('dialplane.roles'))")
    for (const tenant of await trx<TenantRow>('tenants').select('id')) await seedTenantRoles(trx, tenant.id)
  })
}

async function seedTenantRoles(trx: Transaction, tenantId: string): Promise<void> {
  for (const role of builtInRoles) {
    await trx<RoleRow>('roles')
      .insert({ id: newId(), tenant_id: tenantId, key: role.key, name: role.name, built_in: true })
      .onConflict(['tenant_id', 'key'])
      .merge(['name', 'built_in'])
    const row = await trx<RoleRow>('roles').where({ tenant_id: tenantId, key: role.key }).first('id')
    if (!row) throw new Error(`role ${role.key} was not stored`)
    await trx<RolePermissionRow>('role_permissions').where({ role_id: row.id }).whereNotIn('permission', [...role.permissions]).delete()
    await trx<RolePermissionRow>('role_permissions')
      .insert(role.permissions.map((permission) => ({ tenant_id: tenantId, role_id: row.id, permission })))
      .onConflict(['role_id', 'permission'])
      .ignore()
  }
}

/** The roles of the transaction's tenant, built-in ones first. */
export async function listRoles(trx: Transaction): Promise<RoleWithPermissions[]> {
  return trx<RoleRow>('roles')
    .select<RoleWithPermissions[]>(
      'roles.*',
      trx.raw('ARRAY(SELECT permission FROM role_permissions p WHERE p.role_id = roles.id ORDER BY permission) AS permissions'),
    )
    .orderBy([{ column: 'built_in', order: 'desc' }, { column: 'name' }])
}

/** The roles with these keys; refuses `unprocessable` a key that does not exist. */
export async function rolesByKey(trx: Transaction, keys: readonly string[]): Promise<RoleWithPermissions[]> {
  const all = await listRoles(trx)
  return [...new Set(keys)].map((key) => {
    const role = all.find((candidate) => candidate.key === key)
    if (!role) throw wrongField('roles', `There is no role '${key}'; there are ${all.map((candidate) => candidate.key).join(', ')}.`)
    return role
  })
}

/**
 * Refuses `conflict` when no active administrator but `userId` is left. Holds the role's row until
 * the transaction ends, so that two administrators cannot remove each other at once.
 */
export async function keepAnAdministrator(trx: Transaction, userId: string): Promise<void> {
  const role = await trx<RoleRow>('roles').where({ key: ADMIN_ROLE }).forUpdate().first('id')
  const others = await trx('user_roles')
    .join('users', 'users.id', 'user_roles.user_id')
    .where({ 'user_roles.role_id': role?.id ?? null, 'users.status': 'active' })
    .whereNot('users.id', userId)
    // Who only signs in with a provider is shut out with it.
    .whereNot('users.password_hash', '')
    .first('users.id')
  if (!others) throw new Refusal('conflict', 'This is the last active administrator with a password. Make somebody else an administrator first.')
}
