/** Between the right password and the open door. */
import type { z } from 'zod'
import type { PersonActor } from '../../../config/actor.ts'
import { Refusal } from '../../../config/errors.ts'
import type { Reply } from '../../http/define-route.ts'
import type { World } from '../../http/world.ts'
import { passkeysRefused } from '../passkeys/ceremony.ts'
import type { SessionInfo } from '../schemas.ts'
import { sessionInfo } from '../session-info.ts'
import { actorOf, openSession, type Client, type Via } from '../sessions.ts'
import { getUser, type UserWithRoles } from '../user-repository.ts'
import { newChallenge, openChallenge, type ChallengeFor } from './challenge.ts'
import { hasFactor, isRequired, waysOf } from './factors.ts'
import { readPolicy } from './repository.ts'
import type { SignInStep } from './schemas.ts'

const keyOf = (world: World): Buffer => world.secrets.key('sign-in-challenge')

/** What comes after a right password; undefined: nothing, the door opens. */
export async function nextStep(world: World, user: UserWithRoles, client: Client): Promise<z.input<typeof SignInStep> | undefined> {
  const step = await world.database.read(actorOf(user, client.address), async (trx): Promise<Omit<z.input<typeof SignInStep>, 'challenge'> | undefined> => {
    if (await hasFactor(trx, user.id)) return { next: 'code', ways: await waysOf(world, trx, user.id) }
    if (!isRequired(await readPolicy(trx, user.tenant_id), user.roles)) return undefined
    return { next: 'enrolment', ways: passkeysRefused(world.gate.publicOrigin) === undefined ? ['app', 'passkey'] : ['app'] }
  })
  return step && { ...step, challenge: newChallenge(keyOf(world), step.next, user, world.clock.now()) }
}

/** Who gave the right password a moment ago, and still is who may come in. */
export async function challenged(world: World, purpose: ChallengeFor, challenge: string, client: Client): Promise<{ user: UserWithRoles; actor: PersonActor }> {
  const opened = openChallenge(keyOf(world), purpose, challenge, world.clock.now())
  const user = opened && (await world.database.system('find user at second step', (trx) => getUser(trx, opened.userId)).catch(() => undefined))
  if (!user || user.status !== 'active' || !opened.fits(user.password_hash)) throw new Refusal('unauthenticated', 'That took too long. Sign in again with your password.')
  return { user, actor: actorOf(user, client.address) }
}

/** Opens the session. */
export async function enter(world: World, user: UserWithRoles, client: Client, reply: Reply, via?: Via): Promise<z.input<typeof SessionInfo>> {
  const session = await openSession(world, user, client, via)
  reply.header('Set-Cookie', session.cookie)
  return sessionInfo(world, actorOf(user, client.address), session)
}
