/** What a second factor is, how it is set up and asked for. */
import type { PersonActor } from '../../../config/actor.ts'
import type { Transaction } from '../../../config/database/index.ts'
import { Refusal, wrongField } from '../../../config/errors.ts'
import type { TenantRow, UserAuthenticatorRow } from '../../../migrations/tables.ts'
import type { World } from '../../http/world.ts'
import { passkeysRefused } from '../passkeys/ceremony.ts'
import { believePasskey } from '../passkeys/passkeys.ts'
import { hasPasskey, listPasskeys, removePasskeys } from '../passkeys/repository.ts'
import type { PasskeyProof } from '../passkeys/schemas.ts'
import { ADMIN_ROLE } from '../permissions.ts'
import type { UserWithRoles } from '../user-repository.ts'
import { newRecoveryCodes, recoveryHash } from './recovery.ts'
import { findAuthenticator, markPeriod, putAuthenticator, removeAuthenticator, removeFactors, replaceRecoveryCodes, useRecoveryCode } from './repository.ts'
import { newTotpSecret, periodOf, totpUri } from './totp.ts'

const PURPOSE = 'authenticator-secret'

type Person = Pick<UserWithRoles, 'id' | 'tenant_id' | 'email' | 'roles'>

/** Whether the policy of the organisation asks this person for a second factor. */
export function isRequired(policy: TenantRow['second_factor'], roles: readonly string[]): boolean {
  return policy === 'everybody' || (policy === 'administrators' && roles.includes(ADMIN_ROLE))
}

/** A new secret, kept unconfirmed until a code of it was seen; one that was never confirmed is forgotten. */
export async function beginEnrolment(world: World, trx: Transaction, user: Person): Promise<{ secret: string; uri: string }> {
  if ((await findAuthenticator(trx, user.id, true))?.confirmed_at) throw new Refusal('conflict', 'You have an authenticator app already. Turn it off first to set up another one.')
  const secret = newTotpSecret()
  await putAuthenticator(trx, { user_id: user.id, tenant_id: user.tenant_id, secret_sealed: world.secrets.seal(PURPOSE, user.tenant_id, secret), created_at: new Date(world.clock.now()) })
  return { secret, uri: totpUri(secret, user.email) }
}

/**
 * Confirms the new secret with a code of it. Returns the recovery codes, which are shown this once.
 * @throws Refusal `unprocessable` for a wrong code, `conflict` when nothing was begun
 */
export async function confirmEnrolment(world: World, trx: Transaction, user: Person, code: string): Promise<string[]> {
  const app = await findAuthenticator(trx, user.id, true)
  if (app === undefined || app.confirmed_at) throw new Refusal('conflict', 'There is nothing to confirm. Begin with the QR code again.')
  const period = periodIn(world, app, code)
  if (period === undefined) throw wrongField('code', 'The code is wrong or too old. Enter the one your app shows now, and see that the clock of your phone is right.')
  await markPeriod(trx, user.id, period, new Date(world.clock.now()))
  return renewRecoveryCodes(world, trx, user)
}

export async function renewRecoveryCodes(world: World, trx: Transaction, user: Person): Promise<string[]> {
  const codes = newRecoveryCodes()
  await replaceRecoveryCodes(trx, user.tenant_id, user.id, codes.map((code) => hashIn(world, user.id, code)))
  return codes
}

/** How the code was found to be right: `app`, or `recovery` with a code that is used up now. Undefined: it is not. */
export async function checkCode(world: World, trx: Transaction, userId: string, code: string): Promise<'app' | 'recovery' | undefined> {
  if (!/^\d{6}$/.test(code)) return (await useRecoveryCode(trx, userId, hashIn(world, userId, code), new Date(world.clock.now()))) ? 'recovery' : undefined
  const app = await findAuthenticator(trx, userId, true)
  if (!app?.confirmed_at) return undefined
  const period = periodIn(world, app, code)
  // Each code once: who looked over the shoulder is too late.
  if (period === undefined || period <= Number(app.last_period)) return undefined
  await markPeriod(trx, userId, period)
  return 'app'
}

export async function hasFactor(trx: Transaction, userId: string): Promise<boolean> {
  return (await hasApp(trx, userId)) || (await hasPasskey(trx, userId))
}

export async function hasApp(trx: Transaction, userId: string): Promise<boolean> {
  return Boolean((await findAuthenticator(trx, userId))?.confirmed_at)
}

/** What may be asked for besides the password, not counting recovery codes. */
export async function waysOf(world: World, trx: Transaction, userId: string): Promise<('app' | 'passkey')[]> {
  const refused = passkeysRefused(world.gate.publicOrigin) !== undefined
  const here = new URL(world.gate.publicOrigin).hostname
  const passkey = !refused && (await listPasskeys(trx, userId)).some(({ rp_id, refused_at }) => rp_id === here && refused_at === null)
  return [...(passkey ? (['passkey'] as const) : []), ...((await hasApp(trx, userId)) ? (['app'] as const) : [])]
}

/** Something besides the password: a code, or the answer of a key. */
export interface Proof {
  code?: string | undefined
  passkey?: PasskeyProof | undefined
}

/**
 * Asks who is signed in for the factor once more, in the transaction of what it is asked for.
 * @throws Refusal `unprocessable` for a wrong or missing one
 */
export async function proveFactor(world: World, trx: Transaction, userId: string, { code, passkey }: Proof): Promise<void> {
  if (passkey !== undefined) {
    const believed = await believePasskey(world, trx, 'proof', userId, userId, passkey)
    if (believed.verdict !== 'right') throw new Refusal('unprocessable', 'The answer of the key is not right or is too old. Try again.')
  } else if (code === undefined || (await checkCode(world, trx, userId, code)) === undefined) {
    throw wrongField('code', 'The code is wrong, too old, or was used before.')
  }
}

/** Turns the app off; recovery codes go with the last factor. */
export async function turnAppOff(trx: Transaction, userId: string): Promise<void> {
  if (await hasPasskey(trx, userId)) await removeAuthenticator(trx, userId)
  else await removeFactors(trx, userId)
}

/** Takes the factor of another person away, who lost it. Whether there was one. */
export async function resetFactors(trx: Transaction, userId: string): Promise<boolean> {
  const passkeys = await removePasskeys(trx, userId)
  return (await removeFactors(trx, userId)) || passkeys
}

/** Counts the attempt before it is looked at; forget it when it was right. Returns the way to forget. */
export function takeAttempt(world: World, userId: string): () => void {
  const attempts = `${userId} code`
  world.limits.login.take(attempts)
  return () => world.limits.login.forget(attempts)
}

export function auditOf(action: string, actor: Pick<PersonActor, 'id'>, after?: Record<string, unknown>) {
  return { action, subjectType: 'user', subjectId: actor.id, ...(after && { after }) }
}

const hashIn = (world: World, userId: string, code: string): Buffer => recoveryHash(world.secrets.key('recovery-codes'), userId, code)

function periodIn(world: World, app: UserAuthenticatorRow, code: string): number | undefined {
  return /^\d{6}$/.test(code) ? periodOf(world.secrets.open(PURPOSE, app.tenant_id, app.secret_sealed), code, world.clock.now()) : undefined
}
