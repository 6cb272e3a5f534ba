import type { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { UserRow } from '../../migrations/tables.ts'
import type { World } from '../http/world.ts'
import { checkPasswordPolicy } from './passwords.ts'
import { ADMIN_ROLE } from './permissions.ts'
import { presentUser } from './presenter.ts'
import { keepAnAdministrator, rolesByKey } from './roles.ts'
import type { UserCreate, UserUpdate } from './schemas.ts'
import { deleteUser, endSessionsOf, getUser, endSoftphonesOf, insertUser, setRoles, updateUser, type UserWithRoles } from './user-repository.ts'

/**
 * Nobody makes, changes or removes a person who may do more than themselves: that would be a way
 * to more permissions.
 */
export function mayHandle(actor: PersonActor, permissions: Iterable<string>): void {
  const missing = [...permissions].filter((permission) => !actor.permissions.has(permission))
  if (missing.length > 0) throw new Refusal('forbidden', `This needs permissions that you do not have yourself: ${missing.join(', ')}.`)
}

export async function createUser(world: World, actor: PersonActor, input: z.output<typeof UserCreate>): Promise<UserWithRoles> {
  checkPasswordPolicy(input.password, input)
  const passwordHash = await world.passwords.hash(input.password)
  await checkExtension(world, actor, input.extensionId)
  const id = newId()
  const now = new Date(world.clock.now())
  return world.database.change(actor, async (trx) => {
    const roles = await rolesByKey(trx, input.roles)
    mayHandle(actor, roles.flatMap((role) => role.permissions))
    const user = { id, tenant_id: actor.tenantId, email: input.email, name: input.name, password_hash: passwordHash, extension_id: input.extensionId ?? null, created_at: now, updated_at: now }
    await insertUser(trx, user)
    await setRoles(trx, user, roles)
    const result = await getUser(trx, id)
    return { result, audit: { action: 'user.create', subjectType: 'user', subjectId: id, after: presentUser(result) } }
  })
}

/** @param sessionId the session the change is made in: it goes on when the actor sets the own password */
export async function changeUser(
  world: World,
  actor: PersonActor,
  id: string,
  input: z.output<typeof UserUpdate>,
  sessionId: string | undefined,
): Promise<UserWithRoles> {
  const passwordHash = input.password === undefined ? undefined : await hashFor(world, actor, id, input)
  await checkExtension(world, actor, input.extensionId)
  const changed = await world.database.change(actor, async (trx) => {
    const before = await getUser(trx, id, true)
    mayHandle(actor, before.permissions)
    const roles = input.roles === undefined ? undefined : await rolesByKey(trx, input.roles)
    if (roles) mayHandle(actor, roles.flatMap((role) => role.permissions))
    const stays = (input.status ?? before.status) === 'active' && (input.roles ?? before.roles).includes(ADMIN_ROLE)
    if (before.status === 'active' && before.roles.includes(ADMIN_ROLE) && !stays) await keepAnAdministrator(trx, id)
    const changes: Partial<UserRow> = { updated_at: new Date(world.clock.now()) }
    if (input.name !== undefined) changes.name = input.name
    if (input.email !== undefined) changes.email = input.email
    if (input.status !== undefined) changes.status = input.status
    if (input.extensionId !== undefined) changes.extension_id = input.extensionId
    if (passwordHash !== undefined) changes.password_hash = passwordHash
    await updateUser(trx, id, changes)
    if (input.extensionId !== undefined && input.extensionId !== before.extension_id) await endSoftphonesOf(trx, id)
    if (roles) await setRoles(trx, before, roles)
    if (passwordHash !== undefined || input.status === 'disabled') await endSessionsOf(trx, id, actor.id === id ? sessionId : undefined)
    const result = await getUser(trx, id)
    const after = { ...presentUser(result), ...(passwordHash === undefined ? {} : { password: 'changed' }) }
    return { result, audit: { action: 'user.update', subjectType: 'user', subjectId: id, before: presentUser(before), after } }
  })
  world.identityChanges.publish(actor.tenantId)
  return changed
}

/** The own extension is one of the own tenant. */
async function checkExtension(world: World, actor: PersonActor, id: string | null | undefined): Promise<void> {
  if (id == null) return
  await world.pbx.extensions.get(actor, id).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not-found' ? wrongField('extensionId', 'There is no such extension.') : error
  })
}

/** Hashes outside the transaction that writes: no row is held while it takes its time. */
async function hashFor(world: World, actor: PersonActor, id: string, input: z.output<typeof UserUpdate>): Promise<string> {
  const user = await world.database.read(actor, (trx) => getUser(trx, id))
  mayHandle(actor, user.permissions)
  const password = input.password ?? ''
  checkPasswordPolicy(password, { email: input.email ?? user.email, name: input.name ?? user.name })
  return world.passwords.hash(password)
}

export async function removeUser(world: World, actor: PersonActor, id: string): Promise<void> {
  await world.database.change(actor, async (trx) => {
    const before = await getUser(trx, id, true)
    mayHandle(actor, before.permissions)
    if (before.status === 'active' && before.roles.includes(ADMIN_ROLE)) await keepAnAdministrator(trx, id)
    await deleteUser(trx, id, new Date(world.clock.now()))
    return { result: undefined, audit: { action: 'user.delete', subjectType: 'user', subjectId: id, before: presentUser(before) } }
  })
  world.identityChanges.publish(actor.tenantId)
}
