import type { z } from 'zod'
import type { PermissionName } from './permissions.ts'
import { permissionNames } from './permissions.ts'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { TenantRow } from '../../migrations/tables.ts'
import type { RoleWithPermissions } from './roles.ts'
import type { ApiToken, OpenSession, Role, SessionInfo, User } from './schemas.ts'
import type { SeenSession } from './session-repository.ts'
import type { TokenWithMaker } from './token-repository.ts'
import type { UserWithRoles } from './user-repository.ts'

/** Those that this version knows, in the order of the catalogue. */
function known(permissions: Iterable<string>): PermissionName[] {
  const held = new Set(permissions)
  return permissionNames.filter((name) => held.has(name))
}

export function presentUser(user: UserWithRoles): z.input<typeof User> {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    status: user.status,
    roles: user.roles,
    extensionId: user.extension_id,
    secondFactor: user.second_factor,
    lastLoginAt: isoOrNull(user.last_login_at),
    createdAt: isoOf(user.created_at),
    updatedAt: isoOf(user.updated_at),
  }
}

export function presentRole(role: RoleWithPermissions): z.input<typeof Role> {
  return { id: role.id, key: role.key, name: role.name, builtIn: role.built_in, permissions: known(role.permissions) }
}

export function presentToken(token: TokenWithMaker): z.input<typeof ApiToken> {
  return {
    id: token.id,
    name: token.name,
    prefix: token.prefix,
    permissions: token.permissions,
    createdBy: token.created_by === null ? null : { id: token.created_by, name: token.maker_name ?? '' },
    createdAt: isoOf(token.created_at),
    lastUsedAt: isoOrNull(token.last_used_at),
    expiresAt: isoOrNull(token.expires_at),
  }
}

export function presentOpenSession(session: SeenSession, currentId: string | undefined): z.input<typeof OpenSession> {
  return {
    id: session.id,
    address: session.address,
    userAgent: session.user_agent,
    createdAt: isoOf(session.created_at),
    lastSeenAt: isoOf(session.last_seen_at),
    expiresAt: isoOf(session.expires_at),
    current: session.id === currentId,
  }
}

export function presentSession(
  user: UserWithRoles,
  tenant: Pick<TenantRow, 'id' | 'name' | 'slug'>,
  session: { csrfToken: string; expiresAt: Date },
): z.input<typeof SessionInfo> {
  return {
    user: { id: user.id, name: user.name, email: user.email, roles: user.roles, extensionId: user.extension_id, hasPassword: user.password_hash !== '' },
    permissions: known(user.permissions),
    csrfToken: session.csrfToken,
    tenant: { id: tenant.id, name: tenant.name, slug: tenant.slug },
    extension: user.extension,
    expiresAt: isoOf(session.expiresAt),
  }
}
