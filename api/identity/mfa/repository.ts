import type { Transaction } from '../../../config/database/index.ts'
import type { TenantRow, UserAuthenticatorRow, UserRecoveryCodeRow } from '../../../migrations/tables.ts'

/** The authenticator app of this person, confirmed or not. @param lock until the transaction ends */
export async function findAuthenticator(trx: Transaction, userId: string, lock = false): Promise<UserAuthenticatorRow | undefined> {
  const query = trx<UserAuthenticatorRow>('user_authenticators').where({ user_id: userId })
  return lock ? query.forUpdate().first() : query.first()
}

export async function putAuthenticator(trx: Transaction, row: Omit<UserAuthenticatorRow, 'confirmed_at' | 'last_period'>): Promise<void> {
  const fresh = { ...row, confirmed_at: null, last_period: '0' }
  await trx<UserAuthenticatorRow>('user_authenticators').insert(fresh).onConflict('user_id').merge(fresh)
}

export async function markPeriod(trx: Transaction, userId: string, period: number, confirmedAt?: Date): Promise<void> {
  await trx<UserAuthenticatorRow>('user_authenticators').where({ user_id: userId }).update({ last_period: String(period), ...(confirmedAt && { confirmed_at: confirmedAt }) })
}

/** Takes a recovery code out of use; false when there is none like it. */
export async function useRecoveryCode(trx: Transaction, userId: string, hash: Buffer, now: Date): Promise<boolean> {
  return (await trx<UserRecoveryCodeRow>('user_recovery_codes').where({ user_id: userId, code_hash: hash, used_at: null }).update({ used_at: now })) === 1
}

export async function replaceRecoveryCodes(trx: Transaction, tenantId: string, userId: string, hashes: readonly Buffer[]): Promise<void> {
  await trx<UserRecoveryCodeRow>('user_recovery_codes').where({ user_id: userId }).delete()
  await trx<UserRecoveryCodeRow>('user_recovery_codes').insert(hashes.map((hash) => ({ tenant_id: tenantId, user_id: userId, code_hash: hash, used_at: null })))
}

export async function recoveryCodesLeft(trx: Transaction, userId: string): Promise<number> {
  const [counted] = await trx<UserRecoveryCodeRow>('user_recovery_codes').where({ user_id: userId, used_at: null }).count<{ count: string }[]>('code_hash as count')
  return Number(counted?.count ?? 0)
}

export async function removeAuthenticator(trx: Transaction, userId: string): Promise<void> {
  await trx<UserAuthenticatorRow>('user_authenticators').where({ user_id: userId }).delete()
}

/** Whether there was anything. */
export async function removeFactors(trx: Transaction, userId: string): Promise<boolean> {
  await trx<UserRecoveryCodeRow>('user_recovery_codes').where({ user_id: userId }).delete()
  return (await trx<UserAuthenticatorRow>('user_authenticators').where({ user_id: userId }).delete()) > 0
}

/** Who must have a factor, and who may come in without a provider. */
export async function readRules(trx: Transaction, tenantId: string, lock = false): Promise<{ secondFactor: TenantRow['second_factor']; providersOnly: boolean }> {
  const query = trx<TenantRow>('tenants').where({ id: tenantId })
  const tenant = await (lock ? query.forUpdate() : query).first('second_factor', 'providers_only')
  return { secondFactor: tenant?.second_factor ?? 'optional', providersOnly: tenant?.providers_only ?? false }
}

export async function readPolicy(trx: Transaction, tenantId: string): Promise<TenantRow['second_factor']> {
  return (await readRules(trx, tenantId)).secondFactor
}

export async function writePolicy(trx: Transaction, tenantId: string, rules: { secondFactor: TenantRow['second_factor']; providersOnly: boolean }): Promise<void> {
  await trx<TenantRow>('tenants').where({ id: tenantId }).update({ second_factor: rules.secondFactor, providers_only: rules.providersOnly })
}
