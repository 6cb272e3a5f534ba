import { z } from 'zod'
import { instant, line } from '../http/fields.ts'
import { order, pageQuery, search } from '../http/envelope.ts'
import { permissionNames } from './permissions.ts'

/** At most 254 characters fit into an SMTP path (RFC 5321 §4.5.3.1.3, erratum 1690). */
const email = z.email().trim().max(254)

/** Length only: the rest of the policy needs the e-mail address and the name (passwords.ts). */
const newPassword = z.string().min(12).max(256).meta({ format: 'password', description: 'At least 12 characters.' })

export const anyPassword = z.string().min(1).max(256).meta({ format: 'password' })

/** Of somebody who is signed in, once more. */
export const ownPassword = z.string().max(256).meta({ format: 'password', description: 'Empty for somebody who has none and signed in with a provider in the last ten minutes.' })

export const PermissionName = z.enum(permissionNames).meta({ id: 'PermissionName' })

export const SetupState = z.object({ needed: z.boolean() }).meta({ id: 'SetupState' })

export const SetupInput = z
  .strictObject({ token: z.string().min(1).max(200), name: line(100), email, password: newPassword })
  .meta({ id: 'SetupInput' })

export const LoginInput = z.strictObject({ email: z.string().trim().min(1).max(254), password: anyPassword }).meta({ id: 'LoginInput' })

export const PasswordChange = z.strictObject({ current: anyPassword, next: newPassword }).meta({ id: 'PasswordChange' })

/** The extension that is a person's own. */
const OwnExtension = z.object({ id: z.uuid(), number: z.string(), name: z.string() }).nullable().meta({ description: 'The own extension: its phone opens in the browser.' })

export const SessionInfo = z
  .object({
    user: z.object({ id: z.uuid(), name: z.string(), email: z.string(), roles: z.array(z.string()), extensionId: z.uuid().nullable().meta({ description: 'The own extension.' }), hasPassword: z.boolean().meta({ description: 'False: the person signs in with a provider.' }) }),
    permissions: z.array(PermissionName),
    csrfToken: z.string().meta({ description: 'To be sent as X-CSRF-Token with every write.' }),
    tenant: z.object({ id: z.uuid(), name: z.string(), slug: z.string() }),
    extension: OwnExtension,
    expiresAt: instant,
  })
  .meta({ id: 'SessionInfo' })

export const SignedOut = z
  .object({ success: z.literal(true), signOutUrl: z.string().nullable().meta({ description: 'Where the browser goes to sign out at the provider as well; null: there is no such place.' }) })
  .meta({ id: 'SignedOut' })

export const OpenSession = z
  .object({
    id: z.uuid(),
    address: z.string().nullable().meta({ description: 'Where it signed in from.' }),
    userAgent: z.string().nullable().meta({ description: 'What the browser calls itself.' }),
    createdAt: instant,
    lastSeenAt: instant.meta({ description: 'To the minute.' }),
    expiresAt: instant.meta({ description: 'At the latest; after 12 hours without use it is over before.' }),
    current: z.boolean().meta({ description: 'The one this request came with.' }),
  })
  .meta({ id: 'OpenSession' })

export const SessionsQuery = z.strictObject(pageQuery)

export const Role = z
  .object({ id: z.uuid(), key: z.string(), name: z.string(), builtIn: z.boolean(), permissions: z.array(PermissionName) })
  .meta({ id: 'Role' })

const status = z.enum(['active', 'disabled'])

export const User = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    status,
    roles: z.array(z.string()).meta({ description: 'Keys of roles.' }),
    extensionId: z.uuid().nullable().meta({ description: 'The own extension: whose calls the person and its tokens for calling may begin, see and end.' }),
    secondFactor: z.boolean().meta({ description: 'A code or a key is asked for besides the password.' }),
    lastLoginAt: instant.nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'User' })

const roleKeys = z.array(z.string().min(1).max(50)).min(1).max(20).meta({ description: 'Keys of roles, e.g. admin or user.' })

const ownExtension = z.uuid().nullable().optional().meta({ description: 'The own extension; null: none.' })

export const UserCreate = z.strictObject({ name: line(100), email, password: newPassword, roles: roleKeys, extensionId: ownExtension }).meta({ id: 'UserCreate' })

export const UserUpdate = z
  .strictObject({
    name: line(100).optional(),
    email: email.optional(),
    password: newPassword.optional(),
    status: status.optional(),
    roles: roleKeys.optional(),
    extensionId: ownExtension,
  })
  .meta({ id: 'UserUpdate' })

export const UserQuery = z.strictObject({
  ...pageQuery,
  search,
  sort: z.enum(['created_at', 'name', 'email', 'last_login_at']).default('created_at'),
  order: order('asc'),
})

export const ApiToken = z
  .object({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string().meta({ description: 'First characters, to recognise it by.' }),
    permissions: z.array(z.string()),
    createdBy: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    createdAt: instant,
    lastUsedAt: instant.nullable().meta({ description: 'To the minute.' }),
    expiresAt: instant.nullable(),
  })
  .meta({ id: 'ApiToken' })

export const NewApiToken = z
  .object({ token: z.string().meta({ description: 'Shown this once; only its hash is kept.' }), apiToken: ApiToken })
  .meta({ id: 'NewApiToken' })

export const ApiTokenCreate = z
  .strictObject({
    name: line(100),
    permissions: z.array(PermissionName).min(1).max(permissionNames.length),
    expiresAt: instant.nullable().optional().meta({ description: 'Null or absent: until it is revoked.' }),
  })
  .meta({ id: 'ApiTokenCreate' })

export const ApiTokenQuery = z.strictObject({ ...pageQuery, search, sort: z.enum(['created_at', 'name']).default('created_at'), order: order('desc') })
