import type { z } from 'zod'
import type { Clock } from '../../config/clock.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import { writeAudit } from '../../config/database/audit.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { SystemStateRow, TenantRow, UserRow } from '../../migrations/tables.ts'
import type { SetupTokens, World } from '../http/world.ts'
import { hashOf, newSecret } from './credentials.ts'
import { checkPasswordPolicy } from './passwords.ts'
import { ADMIN_ROLE } from './permissions.ts'
import { presentUser } from './presenter.ts'
import type { RoleWithPermissions } from './roles.ts'
import type { SetupInput } from './schemas.ts'
import { actorOf } from './sessions.ts'
import { findUserByEmail, insertUser, setRoles, type UserWithRoles } from './user-repository.ts'

const KEY = 'setup'
const DONE = 'Dialplane is already set up. Sign in instead.'
const STALE = 'This set-up link does not work any more. Use the one printed at the last start, or start Dialplane again for a fresh one.'

/** Whether nobody can sign in yet. */
export function setupNeeded(database: Database): Promise<boolean> {
  return database.system('is setup needed', async (trx) => !(await anyUser(trx)))
}

async function anyUser(trx: Transaction): Promise<boolean> {
  return (await trx<UserRow>('users').first('id')) !== undefined
}

/** The one-time token of the set-up link: its hash in system_state, the token itself only in this process. */
export function createSetupTokens({ database, clock }: { database: Database; clock: Clock }): SetupTokens {
  let plain: string | undefined
  return {
    async renew() {
      const fresh = newSecret()
      plain = await database.system('renew setup token', async (trx) => {
        await trx<SystemStateRow>('system_state').where({ key: KEY }).delete()
        if (await anyUser(trx)) return undefined
        const value = JSON.stringify({ hash: hashOf(fresh).toString('hex') })
        await trx<SystemStateRow>('system_state')
          .insert({ key: KEY, value, updated_at: new Date(clock.now()) })
          .onConflict('key')
          .merge()
        return fresh
      })
    },
    async current() {
      return plain !== undefined && (await setupNeeded(database)) ? plain : undefined
    },
  }
}

function byToken(trx: Transaction, token: string) {
  return trx<SystemStateRow>('system_state').where({ key: KEY }).whereRaw("value->>'hash' = ?", [hashOf(token).toString('hex')])
}

/**
 * Makes the first administrator, once: of two requests with the same token one wins, because the
 * token's row is deleted in the transaction that stores the user.
 *
 * @throws Refusal `gone` when there is a user already, `forbidden` for a wrong token
 */
export async function createFirstAdministrator(world: World, input: z.output<typeof SetupInput>, address: string): Promise<UserWithRoles> {
  // Hashing is dear: look first whether the token is worth it.
  await world.database.system('check setup token', async (trx) => {
    if (await anyUser(trx)) throw new Refusal('gone', DONE)
    if (!(await byToken(trx, input.token).first('key'))) throw new Refusal('forbidden', STALE)
  })
  checkPasswordPolicy(input.password, input)
  const passwordHash = await world.passwords.hash(input.password)
  const now = new Date(world.clock.now())
  // There is no actor yet who could own a tenant's transaction; the audit row is written here, in the same one.
  return world.database.system('create first administrator', async (trx) => {
    const consumed = await byToken(trx, input.token).delete()
    if (await anyUser(trx)) throw new Refusal('gone', DONE)
    if (consumed === 0) throw new Refusal('forbidden', STALE)
    const tenant = await trx<TenantRow>('tenants').where({ is_default: true }).first('id')
    if (!tenant) throw new Error('there is no default tenant')
    const role = await trx('roles').where({ tenant_id: tenant.id, key: ADMIN_ROLE }).first<RoleWithPermissions>('*')
    if (!role) throw new Error('the administrator role is missing')
    const id = newId()
    await insertUser(trx, {
      id,
      tenant_id: tenant.id,
      email: input.email,
      name: input.name,
      password_hash: passwordHash,
      extension_id: null,
      created_at: now,
      updated_at: now,
    })
    await setRoles(trx, { id, tenant_id: tenant.id }, [role])
    const user = await findUserByEmail(trx, input.email)
    if (!user) throw new Error('the first administrator was not stored')
    const after = { ...presentUser(user), by: 'set-up link' }
    await writeAudit(trx, actorOf(user, address), { action: 'user.create', subjectType: 'user', subjectId: id, after })
    return user
  })
}
