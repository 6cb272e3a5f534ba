/** The second step of signing in. */
import type { z } from 'zod'
import type { PersonActor } from '../../../config/actor.ts'
import { Refusal } from '../../../config/errors.ts'
import { defineRoute, type Reply } from '../../http/define-route.ts'
import { one } from '../../http/envelope.ts'
import type { World } from '../../http/world.ts'
import { SessionInfo } from '../schemas.ts'
import { sessionInfo } from '../session-info.ts'
import { actorOf, openSession, type Client } from '../sessions.ts'
import { getUser, type UserWithRoles } from '../user-repository.ts'
import { newChallenge, openChallenge, type ChallengeFor } from './challenge.ts'
import { auditOf, beginEnrolment, checkCode, confirmEnrolment, hasFactor, isRequired, takeAttempt } from './factors.ts'
import { readPolicy } from './repository.ts'
import { AuthenticatorSecret, CodeInput, Enrolled, EnrolmentInput, type SignInStep } from './schemas.ts'

const keyOf = (world: World): Buffer => world.secrets.key('sign-in-challenge')

/** What comes after a right password; undefined: nothing, the door opens. */
export async function nextStep(world: World, user: UserWithRoles, client: Client): Promise<z.input<typeof SignInStep> | undefined> {
  const next = await world.database.read(actorOf(user, client.address), async (trx): Promise<ChallengeFor | undefined> => {
    if (await hasFactor(trx, user.id)) return 'code'
    return isRequired(await readPolicy(trx, user.tenant_id), user.roles) ? 'enrolment' : undefined
  })
  return next && { next, challenge: newChallenge(keyOf(world), next, user, world.clock.now()) }
}

/** Who gave the right password a moment ago, and still is who may come in. */
async function challenged(world: World, purpose: ChallengeFor, challenge: string, client: Client): Promise<{ user: UserWithRoles; actor: PersonActor }> {
  const opened = openChallenge(keyOf(world), purpose, challenge, world.clock.now())
  const user = opened && (await world.database.system('find user at second step', (trx) => getUser(trx, opened.userId)).catch(() => undefined))
  if (!user || user.status !== 'active' || !opened.fits(user.password_hash)) throw new Refusal('unauthenticated', 'That took too long. Sign in again with your password.')
  return { user, actor: actorOf(user, client.address) }
}

async function enter(world: World, user: UserWithRoles, client: Client, reply: Reply): Promise<z.input<typeof SessionInfo>> {
  const session = await openSession(world, user, client)
  reply.header('Set-Cookie', session.cookie)
  return sessionInfo(world, actorOf(user, client.address), session)
}

const verifySignIn = defineRoute({
  method: 'post',
  path: '/auth/mfa/verify',
  operationId: 'verifySignIn',
  summary: 'Sign in: the code of the second factor',
  description: 'Six digits of the authenticator app, each once, or a recovery code, each once. Too many wrong ones lock the account for a time that doubles.',
  tag: 'Session',
  permission: 'public',
  body: CodeInput,
  secret: true,
  response: one(SessionInfo),
  async handle({ world, body, client, reply }) {
    const { user, actor } = await challenged(world, 'code', body.challenge, client)
    const forget = takeAttempt(world, user.id)
    await world.database.change(actor, async (trx) => {
      const way = await checkCode(world, trx, user.id, body.code)
      if (way !== undefined) return { result: undefined, audit: auditOf(way === 'recovery' ? 'user.use-recovery-code' : 'user.pass-second-factor', actor) }
      // Told in the log, not in the audit: guessing must not fill it.
      world.logger.warn({ address: client.address, user: user.id }, 'sign-in refused: wrong second factor')
      throw new Refusal('unauthenticated', 'The code is wrong, too old, or was used before. Enter the one your app shows now.')
    })
    forget()
    return { data: await enter(world, user, client, reply) }
  },
})

const beginRequired = defineRoute({
  method: 'post',
  path: '/auth/mfa/enrol',
  operationId: 'beginRequiredEnrolment',
  summary: 'Sign in: set up the second factor that is required',
  tag: 'Session',
  permission: 'public',
  body: EnrolmentInput,
  secret: true,
  response: one(AuthenticatorSecret),
  async handle({ world, body, client }) {
    const { user, actor } = await challenged(world, 'enrolment', body.challenge, client)
    return { data: await world.database.change(actor, async (trx) => ({ result: await beginEnrolment(world, trx, user), audit: auditOf('user.begin-second-factor', actor) })) }
  },
})

const confirmRequired = defineRoute({
  method: 'post',
  path: '/auth/mfa/enrol/confirm',
  operationId: 'confirmRequiredEnrolment',
  summary: 'Sign in: confirm the second factor that is required',
  tag: 'Session',
  permission: 'public',
  body: CodeInput,
  secret: true,
  response: one(Enrolled),
  async handle({ world, body, client, reply }) {
    const { user, actor } = await challenged(world, 'enrolment', body.challenge, client)
    const forget = takeAttempt(world, user.id)
    const recoveryCodes = await world.database.change(actor, async (trx) => ({
      result: await confirmEnrolment(world, trx, user, body.code), audit: auditOf('user.enable-second-factor', actor),
    }))
    forget()
    return { data: { session: await enter(world, user, client, reply), recoveryCodes } }
  },
})

export const secondStepRoutes = [verifySignIn, beginRequired, confirmRequired]
