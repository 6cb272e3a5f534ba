/** Who somebody is here whom a provider has proven. */
import { serviceActor } from '../../../config/actor.ts'
import type { Transaction } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import { newId } from '../../../config/ids.ts'
import type { SignInProviderRow } from '../../../migrations/tables.ts'
import type { ProvenIdentity, World } from '../../http/world.ts'
import { ADMIN_ROLE } from '../permissions.ts'
import { presentUser } from '../presenter.ts'
import { keepAnAdministrator, rolesByKey } from '../roles.ts'
import { findUserByEmail, getUser, insertUser, setRoles, type UserWithRoles } from '../user-repository.ts'
import { findIdentity, insertIdentity } from './repository.ts'

const no = (words: string): Refusal => new Refusal('unauthenticated', words)

/** The address, when it may be believed. @throws Refusal that says why not */
function believedEmail(provider: SignInProviderRow, { email, emailVerified }: ProvenIdentity): string {
  if (email === undefined) throw no(`${provider.name} did not tell your e-mail address. An administrator adds the scope email, or allows it at the provider.`)
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  if (provider.domains.length > 0 && !provider.domains.includes(domain)) throw no(`Addresses of ${domain} are not let in with ${provider.name}; those of ${provider.domains.join(', ')} are.`)
  if (!emailVerified && !provider.trusts_email) throw no(`${provider.name} does not say that ${email} is verified (email_verified), so it cannot be taken for yours. Verify it there.`)
  return email
}

/** Keys of the roles the provider gives; undefined: it gives none and the person's own stay. */
function rolesFrom(provider: SignInProviderRow, { groups }: ProvenIdentity): string[] | undefined {
  if (provider.group_roles.length === 0) return undefined
  const roles = [...new Set(provider.group_roles.filter(({ group }) => groups.includes(group)).map(({ role }) => role))]
  if (roles.length > 0) return roles
  if (provider.default_role === null) throw no(`None of your groups at ${provider.name} gives a role here. An administrator puts you into one, or maps one of yours.`)
  return [provider.default_role]
}

/**
 * The user this person is: known by the provider's own name for them, else by a verified address, else added
 * where the provider adds people. Roles are set as the groups say; the last administrator stays one.
 */
export async function personOf(world: World, provider: SignInProviderRow, proven: ProvenIdentity): Promise<UserWithRoles> {
  const actor = serviceActor(provider.tenant_id, 'sign-in')
  const { user, elsewhere } = await world.database.system('find user of provider', async (trx) => {
    const identity = await findIdentity(trx, provider.id, proven.subject)
    if (identity) {
      // Somebody who left the domain is not let in either.
      if (proven.email !== undefined && provider.domains.length > 0) believedEmail(provider, { ...proven, emailVerified: true })
      return { user: await getUser(trx, identity.user_id), elsewhere: false }
    }
    const found = await findUserByEmail(trx, believedEmail(provider, proven))
    // An address of another organisation is told as one that nobody has.
    const own = found?.tenant_id === provider.tenant_id
    return { user: own ? found : undefined, elsewhere: found !== undefined && !own }
  })
  const roles = rolesFrom(provider, proven)
  if (user) {
    if (user.status !== 'active') throw no('Your account here is disabled. An administrator enables it under Users.')
    return linked(world, provider, proven, user, roles)
  }
  if (!provider.creates_users || elsewhere) throw no(`Nobody here has the address ${proven.email ?? ''}. An administrator adds you under Users${provider.creates_users ? ' with another address' : ', or lets the provider add people'}.`)
  const email = believedEmail(provider, proven)
  const wanted = roles ?? (provider.default_role === null ? [] : [provider.default_role])
  if (wanted.length === 0) throw no(`${provider.name} gives you no role here. An administrator chooses one for those it adds.`)
  const id = newId()
  const now = new Date(world.clock.now())
  return world.database.change(actor, async (trx) => {
    await insertUser(trx, { id, tenant_id: provider.tenant_id, email, name: (proven.name ?? email).slice(0, 100), password_hash: '', extension_id: null, created_at: now, updated_at: now })
    await setRoles(trx, { id, tenant_id: provider.tenant_id }, await rolesByKey(trx, wanted))
    await insertIdentity(trx, { provider_id: provider.id, subject: proven.subject, tenant_id: provider.tenant_id, user_id: id })
    const result = await getUser(trx, id)
    return { result, audit: { action: 'user.create', subjectType: 'user', subjectId: id, after: { ...presentUser(result), provider: provider.name } } }
  })
}

async function linked(world: World, provider: SignInProviderRow, { subject }: ProvenIdentity, user: UserWithRoles, roles: string[] | undefined): Promise<UserWithRoles> {
  return world.database.change(serviceActor(provider.tenant_id, 'sign-in'), async (trx) => {
    const audit = []
    if (!(await findIdentity(trx, provider.id, subject))) {
      await insertIdentity(trx, { provider_id: provider.id, subject, tenant_id: provider.tenant_id, user_id: user.id })
      audit.push({ action: 'user.link-provider', subjectType: 'user', subjectId: user.id, after: { provider: provider.name } })
    }
    if (roles && roles.toSorted().join() !== user.roles.toSorted().join() && (await mayTake(trx, user, roles))) {
      await setRoles(trx, user, await rolesByKey(trx, roles))
      audit.push({ action: 'user.update', subjectType: 'user', subjectId: user.id, before: { roles: user.roles }, after: { roles, provider: provider.name } })
    }
    audit.push({ action: 'user.sign-in-with-provider', subjectType: 'user', subjectId: user.id, after: { provider: provider.name } })
    return { result: await getUser(trx, user.id), audit }
  })
}

/** Groups do not take the last administrator away. */
async function mayTake(trx: Transaction, user: UserWithRoles, roles: readonly string[]): Promise<boolean> {
  if (!user.roles.includes(ADMIN_ROLE) || roles.includes(ADMIN_ROLE)) return true
  return keepAnAdministrator(trx, user.id).then(() => true, () => false)
}
