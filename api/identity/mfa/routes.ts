/** One's own second factor, that of others, and who must have one. */
import type { Transaction } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import type { SessionRow } from '../../../migrations/tables.ts'
import { defineRoute } from '../../http/define-route.ts'
import { done, idParams, one, Success } from '../../http/envelope.ts'
import { isoOrNull } from '../../http/fields.ts'
import { ADMIN_ROLE } from '../permissions.ts'
import { endSessionsOf, getUser } from '../user-repository.ts'
import { mayHandle } from '../users.ts'
import { hasPasskey, listPasskeys } from '../passkeys/repository.ts'
import { hasEnabledProvider } from '../open-id/repository.ts'
import { keepAnAdministrator } from '../roles.ts'
import { provePassword } from '../prove-password.ts'
import { auditOf, beginEnrolment, confirmEnrolment, hasFactor, isRequired, proveFactor, renewRecoveryCodes, resetFactors, takeAttempt, turnAppOff } from './factors.ts'
import { findAuthenticator, readPolicy, readRules, recoveryCodesLeft, writePolicy } from './repository.ts'
import { AuthenticatorSecret, FactorCode, FactorProof, PasswordProof, RecoveryCodes, SecondFactor, SignInPolicy } from './schemas.ts'

/** Excepts nobody. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

const getSecondFactor = defineRoute({
  method: 'get',
  path: '/auth/mfa',
  operationId: 'getSecondFactor',
  summary: 'The own second factor',
  tag: 'Session',
  permission: 'session',
  response: one(SecondFactor),
  handle: async ({ world, actor }) => ({
    data: await world.database.read(actor, async (trx) => {
      const app = await findAuthenticator(trx, actor.id)
      const since = app?.confirmed_at ?? null
      const { roles } = await getUser(trx, actor.id)
      return { required: isRequired(await readPolicy(trx, actor.tenantId), roles), authenticator: since !== null, since: isoOrNull(since), passkeys: (await listPasskeys(trx, actor.id)).length, recoveryCodesLeft: await recoveryCodesLeft(trx, actor.id) }
    }),
  }),
})

const setUp = defineRoute({
  method: 'post',
  path: '/auth/mfa/setup',
  operationId: 'setUpAuthenticator',
  summary: 'Begin to set up an authenticator app',
  description: 'Nothing is asked at sign-in before a code of it was confirmed.',
  tag: 'Session',
  permission: 'session',
  body: PasswordProof,
  secret: true,
  response: one(AuthenticatorSecret),
  async handle({ world, actor, session, body }) {
    const user = await provePassword(world, actor, session, body.password)
    return { data: await world.database.change(actor, async (trx) => ({ result: await beginEnrolment(world, trx, user), audit: auditOf('user.begin-second-factor', actor) })) }
  },
})

const confirm = defineRoute({
  method: 'post',
  path: '/auth/mfa/confirm',
  operationId: 'confirmAuthenticator',
  summary: 'Confirm the authenticator app with a code of it',
  description: 'From now on a code is asked for besides the password. Every other session of the person ends.',
  tag: 'Session',
  permission: 'session',
  body: FactorCode,
  secret: true,
  response: one(RecoveryCodes),
  async handle({ world, actor, session, body }) {
    const forget = takeAttempt(world, actor.id)
    const recoveryCodes = await world.database.change(actor, async (trx) => {
      const result = await confirmEnrolment(world, trx, await getUser(trx, actor.id), body.code)
      await endSessionsOf(trx, actor.id, session.id)
      return { result, audit: auditOf('user.enable-second-factor', actor) }
    })
    forget()
    world.identityChanges.publish(actor.tenantId)
    return { data: { recoveryCodes } }
  },
})

const renew = defineRoute({
  method: 'post',
  path: '/auth/mfa/recovery-codes',
  operationId: 'renewRecoveryCodes',
  summary: 'New recovery codes; the old ones open nothing any more',
  tag: 'Session',
  permission: 'session',
  body: FactorProof,
  secret: true,
  response: one(RecoveryCodes),
  async handle({ world, actor, session, body }) {
    const user = await provePassword(world, actor, session, body.password)
    const forget = takeAttempt(world, actor.id)
    const recoveryCodes = await world.database.change(actor, async (trx) => {
      await proveFactor(world, trx, actor.id, body)
      return { result: await renewRecoveryCodes(world, trx, user), audit: auditOf('user.renew-recovery-codes', actor) }
    })
    forget()
    return { data: { recoveryCodes } }
  },
})

const turnOff = defineRoute({
  method: 'post',
  path: '/auth/mfa/disable',
  operationId: 'disableSecondFactor',
  summary: 'Turn the own authenticator app off',
  description: 'Passkeys stay. Not the last factor where the organisation requires one.',
  tag: 'Session',
  permission: 'session',
  body: FactorProof,
  response: Success,
  async handle({ world, actor, session, body }) {
    const user = await provePassword(world, actor, session, body.password)
    const forget = takeAttempt(world, actor.id)
    await world.database.change(actor, async (trx) => {
      if (isRequired(await readPolicy(trx, actor.tenantId), user.roles) && !(await hasPasskey(trx, actor.id))) throw new Refusal('conflict', 'Your organisation requires a second factor. Add a passkey first.')
      await proveFactor(world, trx, actor.id, body)
      await turnAppOff(trx, actor.id)
      return { result: undefined, audit: auditOf('user.disable-second-factor', actor) }
    })
    forget()
    return done
  },
})

const reset = defineRoute({
  method: 'post',
  path: '/users/{id}/mfa/reset',
  operationId: 'resetSecondFactor',
  summary: 'Take the second factor away from somebody who lost it',
  description: 'Of a person who holds no more than the permissions of the one who asks. Their sessions end; where a second factor is required they set up a new one at the next sign-in.',
  tag: 'Users',
  permission: 'users.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, session, params }) {
    if (actor.id === params.id) throw new Refusal('forbidden', 'Turn your own second factor off under My account, with your password and a code.')
    await world.database.change(actor, async (trx) => {
      const user = await getUser(trx, params.id, true)
      mayHandle(actor, user.permissions)
      const had = await resetFactors(trx, params.id)
      await endSessionsOf(trx, params.id, session?.id)
      return { result: undefined, audit: { action: 'user.reset-second-factor', subjectType: 'user', subjectId: params.id, before: { secondFactor: had } } }
    })
    world.identityChanges.publish(actor.tenantId)
    return done
  },
})

const getPolicy = defineRoute({
  method: 'get',
  path: '/sign-in-policy',
  operationId: 'getSignInPolicy',
  summary: 'Who must have a second factor, and who may sign in without a provider',
  tag: 'Users',
  permission: 'users.read',
  response: one(SignInPolicy),
  handle: async ({ world, actor }) => ({ data: await world.database.read(actor, (trx) => readRules(trx, actor.tenantId)) }),
})

const updatePolicy = defineRoute({
  method: 'put',
  path: '/sign-in-policy',
  operationId: 'updateSignInPolicy',
  summary: 'Say who must have a second factor, and who may sign in without a provider',
  description: 'Those who must and have none are signed out, and set one up when they sign in again. Needs a person who has one, or only programs could sign in. API tokens and phones are not concerned.',
  tag: 'Users',
  permission: 'users.write',
  body: SignInPolicy,
  response: one(SignInPolicy),
  async handle({ world, actor, body }) {
    const data = await world.database.change(actor, async (trx) => {
      const before = await readRules(trx, actor.tenantId, true)
      const after = { secondFactor: body.secondFactor, providersOnly: body.providersOnly ?? before.providersOnly }
      if (after.providersOnly && !before.providersOnly) await keepAWayIn(trx)
      if (body.secondFactor !== 'optional' && body.secondFactor !== before.secondFactor && !(actor.kind === 'user' && (await hasFactor(trx, actor.id)))) {
        throw new Refusal('conflict', 'Set up a second factor of your own first, under My account.')
      }
      await writePolicy(trx, actor.tenantId, after)
      if (body.secondFactor !== 'optional') await endSessionsWithout(trx, body.secondFactor)
      if (after.providersOnly && !before.providersOnly) await endPasswordSessions(trx)
      return { result: after, audit: { action: 'tenant.sign-in-policy', subjectType: 'tenant', subjectId: actor.tenantId, before, after } }
    })
    world.identityChanges.publish(actor.tenantId)
    return { data }
  },
})

/** Providers alone: one must be there, and an administrator with a password for the day it is not. */
async function keepAWayIn(trx: Transaction): Promise<void> {
  if (!(await hasEnabledProvider(trx))) throw new Refusal('conflict', 'Add a provider first, and sign in with it once.')
  await keepAnAdministrator(trx, NOBODY).catch((error: unknown) => {
    throw new Refusal('conflict', 'No active administrator has a password. Give one to somebody first: it is the way in when the provider does not answer.', { cause: error })
  })
}

/** Ends the sessions of those who must have a factor now and have none. */
async function endSessionsWithout(trx: Transaction, policy: 'administrators' | 'everybody'): Promise<void> {
  await trx<SessionRow>('sessions')
    .whereNotExists((factor) => void factor.select('user_id').from('user_passkeys as k').whereRaw('k.user_id = sessions.user_id'))
    .whereNotExists((factor) => void factor.select('user_id').from('user_authenticators as a').whereRaw('a.user_id = sessions.user_id').whereNotNull('a.confirmed_at'))
    .modify((sessions) => {
      if (policy === 'administrators') void sessions.whereExists(administrators(trx))
    })
    .delete()
}

/** Ends the sessions of those who came with a password and have to come by a provider from now on. */
async function endPasswordSessions(trx: Transaction): Promise<void> {
  await trx<SessionRow>('sessions').whereNull('provider_id').whereNotExists(administrators(trx)).delete()
}

/** People of `sessions` who are administrators. */
const administrators = (trx: Transaction) => trx('user_roles as ur').join('roles as r', 'r.id', 'ur.role_id').whereRaw('ur.user_id = sessions.user_id').where('r.key', ADMIN_ROLE).select('ur.user_id')

export const secondFactorRoutes = [getSecondFactor, setUp, confirm, renew, turnOff, reset, getPolicy, updatePolicy]
