import type { z } from 'zod'
import { isUniqueViolation } from '../../../config/database/failure.ts'
import type { Transaction } from '../../../config/database/index.ts'
import { Refusal, wrongField } from '../../../config/errors.ts'
import type { SignInProviderRow, UserIdentityRow } from '../../../migrations/tables.ts'
import { isoOf } from '../../http/fields.ts'
import { RETURN_PATH } from './client.ts'
import type { SignInProvider } from './schemas.ts'

export type ProviderWithPeople = SignInProviderRow & { people: string }

const withPeople = (trx: Transaction) => trx<SignInProviderRow>('sign_in_providers').select<ProviderWithPeople[]>('sign_in_providers.*', trx.raw('(SELECT count(*) FROM user_identities i WHERE i.provider_id = sign_in_providers.id) AS people'))

export async function listProviders(trx: Transaction): Promise<ProviderWithPeople[]> {
  return withPeople(trx).orderByRaw('lower(name)')
}

/** @param lock until the transaction ends. @throws Refusal `not-found` */
export async function getProvider(trx: Transaction, id: string, lock = false): Promise<ProviderWithPeople> {
  if (lock) await trx<SignInProviderRow>('sign_in_providers').where({ id }).forUpdate().first('id')
  const row = (await withPeople(trx).where({ id }).first()) as ProviderWithPeople | undefined
  if (!row) throw new Refusal('not-found', 'There is no such provider.')
  return row
}

/** Over all tenants: who signs in has none yet. */
export async function findEnabledProvider(trx: Transaction, id: string): Promise<SignInProviderRow | undefined> {
  return trx<SignInProviderRow>('sign_in_providers').where({ id, enabled: true }).first()
}

/**
 * Those on the sign-in page: of the organisation that is named, or of the only one there is. Where there are
 * several, nobody is told which providers the others have.
 */
export async function offeredProviders(trx: Transaction, organisation: string | undefined): Promise<{ id: string; name: string }[]> {
  const tenants = await trx('tenants').modify((rows) => void (organisation !== undefined && rows.where({ slug: organisation }))).limit(2).select<{ id: string }[]>('id')
  const [only] = tenants
  if (!only || tenants.length > 1) return []
  return trx<SignInProviderRow>('sign_in_providers').where({ tenant_id: only.id, enabled: true }).orderByRaw('lower(name)').select('id', 'name')
}

/** @throws Refusal `unprocessable` for a name that another has */
export async function named<T>(work: PromiseLike<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isUniqueViolation(error)) throw wrongField('name', 'Another provider has this name.', error)
    throw error
  }
}

export async function findIdentity(trx: Transaction, providerId: string, subject: string): Promise<UserIdentityRow | undefined> {
  return trx<UserIdentityRow>('user_identities').where({ provider_id: providerId, subject }).first()
}

export async function insertIdentity(trx: Transaction, row: Omit<UserIdentityRow, 'created_at'>): Promise<void> {
  await trx<Omit<UserIdentityRow, 'created_at'>>('user_identities').insert(row)
}

/** Whether people here can sign in with any. */
export async function hasEnabledProvider(trx: Transaction, exceptId?: string): Promise<boolean> {
  const rows = trx<SignInProviderRow>('sign_in_providers').where({ enabled: true })
  if (exceptId !== undefined) rows.whereNot({ id: exceptId })
  return (await rows.first('id')) !== undefined
}

export async function isProvidersOnly(trx: Transaction, tenantId: string): Promise<boolean> {
  return (await trx('tenants').where({ id: tenantId }).first<{ providers_only: boolean } | undefined>('providers_only'))?.providers_only ?? false
}

/** As the audit has it; without the secret. */
export function settingsOf(row: SignInProviderRow) {
  return {
    name: row.name, issuer: row.issuer, clientId: row.client_id, hasSecret: row.secret_sealed !== null, scopes: row.scopes, domains: row.domains, trustsEmail: row.trusts_email, groupsClaim: row.groups_claim,
    groupRoles: row.group_roles, createsUsers: row.creates_users, defaultRole: row.default_role, acceptsMfa: row.accepts_mfa, enabled: row.enabled,
  }
}

export function presentProvider(row: ProviderWithPeople, origin: string): z.input<typeof SignInProvider> {
  return { id: row.id, ...settingsOf(row), redirectUri: origin + RETURN_PATH, signOutUri: `${origin}/admin/sign-in`, people: Number(row.people), version: row.version, createdAt: isoOf(row.created_at), updatedAt: isoOf(row.updated_at) }
}
