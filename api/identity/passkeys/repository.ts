import { isUniqueViolation } from '../../../config/database/failure.ts'
import type { Transaction } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import type { SpentChallengeRow, UserPasskeyRow } from '../../../migrations/tables.ts'
import type { SeenChallenge } from './ceremony.ts'

export async function listPasskeys(trx: Transaction, userId: string): Promise<UserPasskeyRow[]> {
  return trx<UserPasskeyRow>('user_passkeys').where({ user_id: userId }).orderBy(['created_at', 'id'])
}

/** @throws Refusal `not-found` also for one of somebody else: whose it is, is nobody's business */
export async function getPasskey(trx: Transaction, userId: string, id: string): Promise<UserPasskeyRow> {
  const passkey = await trx<UserPasskeyRow>('user_passkeys').where({ id, user_id: userId }).first()
  if (!passkey) throw new Refusal('not-found', 'There is no such passkey.')
  return passkey
}

/** By the name that browsers have for it. @param lock until the transaction ends */
export async function findCredential(trx: Transaction, credentialId: string, lock = false): Promise<UserPasskeyRow | undefined> {
  const query = trx<UserPasskeyRow>('user_passkeys').where({ credential_id: credentialId })
  return lock ? query.forUpdate().first() : query.first()
}

export async function insertPasskey(trx: Transaction, row: UserPasskeyRow): Promise<void> {
  try {
    await trx<UserPasskeyRow>('user_passkeys').insert(row)
  } catch (error) {
    if (!isUniqueViolation(error, 'user_passkeys_credential_id_key')) throw error
    throw new Refusal('conflict', 'This key is in use already.', { cause: error })
  }
}

export async function updatePasskey(trx: Transaction, id: string, changes: Partial<UserPasskeyRow>): Promise<void> {
  await trx<UserPasskeyRow>('user_passkeys').where({ id }).update(changes)
}

export async function deletePasskey(trx: Transaction, id: string): Promise<void> {
  await trx<UserPasskeyRow>('user_passkeys').where({ id }).delete()
}

/** Those that are refused count too: else a copied key would leave the password alone. */
export async function hasPasskey(trx: Transaction, userId: string): Promise<boolean> {
  return (await trx<UserPasskeyRow>('user_passkeys').where({ user_id: userId }).first('id')) !== undefined
}

/** Whether there was any. */
export async function removePasskeys(trx: Transaction, userId: string): Promise<boolean> {
  return (await trx<UserPasskeyRow>('user_passkeys').where({ user_id: userId }).delete()) > 0
}

/** Uses a challenge up; false when it was already. Those too old to be taken are cleared away by the way. */
export async function spend(trx: Transaction, tenantId: string, { hash, until }: SeenChallenge, now: Date): Promise<boolean> {
  await trx<SpentChallengeRow>('spent_challenges').where('until', '<', now).delete()
  const spent = await trx<SpentChallengeRow>('spent_challenges').insert({ hash, tenant_id: tenantId, until }).onConflict('hash').ignore().returning('hash')
  return spent.length === 1
}
