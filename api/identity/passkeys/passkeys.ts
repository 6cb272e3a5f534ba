/** Keys of people: added, believed, found to be copied, removed. */
import type { Transaction } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import { newId } from '../../../config/ids.ts'
import type { UserPasskeyRow } from '../../../migrations/tables.ts'
import { isoOf, isoOrNull } from '../../http/fields.ts'
import type { World } from '../../http/world.ts'
import type { z } from 'zod'
import { verifyAnswer, verifyCreation, type Purpose } from './ceremony.ts'
import { findCredential, insertPasskey, listPasskeys, spend, updatePasskey } from './repository.ts'
import type { NewPasskey, Passkey, PasskeyProof } from './schemas.ts'

/** More than anybody carries; the list sent to browsers stays short. */
export const MOST_PASSKEYS = 20

export function presentPasskey(row: UserPasskeyRow): z.input<typeof Passkey> {
  return { id: row.id, name: row.name, address: row.rp_id, synced: row.synced, createdAt: isoOf(row.created_at), lastUsedAt: isoOrNull(row.last_used_at), refused: row.refused_at !== null }
}

/** @throws Refusal `unprocessable` when the answer is not right, `conflict` for a key in use */
export async function addPasskey(world: World, trx: Transaction, user: { id: string; tenant_id: string }, name: string, response: NewPasskey): Promise<UserPasskeyRow> {
  const made = await verifyCreation(world, user.id, response)
  const now = new Date(world.clock.now())
  if (!made || !(await spend(trx, user.tenant_id, made.seen, now))) throw new Refusal('unprocessable', 'The key could not be added: its answer is too old, or was made for another page. Begin again.')
  if ((await listPasskeys(trx, user.id)).length >= MOST_PASSKEYS) throw new Refusal('conflict', `You have ${MOST_PASSKEYS} passkeys. Remove one first.`)
  const row: UserPasskeyRow = {
    id: newId(), tenant_id: user.tenant_id, user_id: user.id, name, credential_id: made.credentialId, public_key: made.publicKey, counter: String(made.counter),
    transports: response.response.transports ?? [], rp_id: made.rpId, synced: made.synced, created_at: now, last_used_at: null, refused_at: null,
  }
  await insertPasskey(trx, row)
  return row
}

/** What an answer turned out to be; `copied` is to be written down before it is refused. */
export type Believed = { verdict: 'right' | 'copied'; passkey: UserPasskeyRow } | { verdict: 'wrong' }

/**
 * Looks at the answer of a key of this person and uses its challenge up.
 *
 * A counter that does not go on means that the key was copied, or that another signed before this one
 * (WebAuthn §6.1.1, §7.2 step 22): from then on neither is taken. Keys that do not count say 0 always.
 *
 * @param challengedFor whom the challenge names; null for sign-in with nothing but the key
 */
export async function believePasskey(world: World, trx: Transaction, purpose: Exclude<Purpose, 'register'>, userId: string, challengedFor: string | null, response: PasskeyProof): Promise<Believed> {
  const passkey = await findCredential(trx, response.id, true)
  if (passkey?.user_id !== userId || passkey.refused_at !== null) return { verdict: 'wrong' }
  const answer = await verifyAnswer(world, purpose, challengedFor, passkey, response)
  const now = new Date(world.clock.now())
  if (!answer || !(await spend(trx, passkey.tenant_id, answer.seen, now))) return { verdict: 'wrong' }
  const counter = Number(passkey.counter)
  if ((answer.counter > 0 || counter > 0) && answer.counter <= counter) {
    await updatePasskey(trx, passkey.id, { refused_at: now })
    return { verdict: 'copied', passkey }
  }
  await updatePasskey(trx, passkey.id, { counter: String(answer.counter), last_used_at: now })
  return { verdict: 'right', passkey }
}

export const COPIED = 'This key answered with a counter that went back: there may be a copy of it, so it is not taken any more. Sign in with your password and a recovery code, remove the key under My account, and add a new one.'

/** The audit entry of an answer that was believed, or of a copy that was found. */
export function auditOfPasskey(believed: Exclude<Believed, { verdict: 'wrong' }>, action: string) {
  const { passkey, verdict } = believed
  return { action: verdict === 'right' ? action : 'user.passkey-copied', subjectType: 'user', subjectId: passkey.user_id, after: { passkey: passkey.name } }
}
