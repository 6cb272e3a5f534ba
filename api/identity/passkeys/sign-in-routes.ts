/** Signing in with a passkey: alone, after the password, or as the factor that must be set up. */
import { Refusal } from '../../../config/errors.ts'
import { networkOf } from '../../../config/network.ts'
import { defineRoute } from '../../http/define-route.ts'
import { one } from '../../http/envelope.ts'
import { auditOf, hasFactor, renewRecoveryCodes, takeAttempt } from '../mfa/factors.ts'
import { Enrolled, EnrolmentInput } from '../mfa/schemas.ts'
import { challenged, enter } from '../mfa/second-step.ts'
import { refuseWithoutProvider } from '../open-id/only.ts'
import { SessionInfo } from '../schemas.ts'
import { actorOf } from '../sessions.ts'
import { getUser, type UserWithRoles } from '../user-repository.ts'
import type { World } from '../../http/world.ts'
import { creationOptions, relyingParty, requestOptions } from './ceremony.ts'
import { addPasskey, auditOfPasskey, believePasskey, COPIED } from './passkeys.ts'
import { findCredential, listPasskeys } from './repository.ts'
import { CreationOptions, EnrolPasskey, PasskeySignIn, PasskeyStep, RequestOptions, type PasskeyProof } from './schemas.ts'

const WRONG = 'This passkey opens nothing here: it is unknown, was removed or refused, its owner was disabled, or its answer came too late. Try again, or sign in with your password.'

/** Believes the key in a transaction that also writes down what it found. @throws Refusal `unauthenticated` */
async function passWith(world: World, user: UserWithRoles, address: string, purpose: 'sign-in' | 'second', response: PasskeyProof): Promise<void> {
  const actor = actorOf(user, address)
  const believed = await world.database.change(actor, async (trx) => {
    const result = await believePasskey(world, trx, purpose, user.id, purpose === 'sign-in' ? null : user.id, response)
    if (result.verdict === 'wrong') {
      world.logger.warn({ address, user: user.id }, 'sign-in refused: wrong passkey')
      throw new Refusal('unauthenticated', WRONG)
    }
    return { result, audit: auditOfPasskey(result, purpose === 'sign-in' ? 'user.sign-in-with-passkey' : 'user.pass-second-factor') }
  })
  if (believed.verdict === 'copied') throw new Refusal('unauthenticated', COPIED)
}

const beginSignIn = defineRoute({
  method: 'post',
  path: '/auth/passkeys/sign-in/options',
  operationId: 'beginPasskeySignIn',
  summary: 'Sign in with a passkey: what to ask the browser',
  description: 'The same for everybody: who it will be, the passkey says. Refused as `conflict` where the panel is at an address that no passkey can be for.',
  tag: 'Session',
  permission: 'public',
  secret: true,
  response: one(RequestOptions),
  handle: async ({ world }) => ({ data: { ...(await requestOptions(world, 'sign-in', null, [])) } }),
})

const signIn = defineRoute({
  method: 'post',
  path: '/auth/passkeys/sign-in',
  operationId: 'signInWithPasskey',
  summary: 'Sign in with nothing but a passkey',
  description: 'It must have seen its owner: a PIN, a finger, a face. That is two factors, so no code is asked for.',
  tag: 'Session',
  permission: 'public',
  body: PasskeySignIn,
  secret: true,
  response: one(SessionInfo),
  async handle({ world, body, client, reply }) {
    const network = networkOf(client.address)
    relyingParty(world)
    world.limits.loginAddress.take(network)
    const user = await world.database.system('find user by passkey', async (trx) => {
      const passkey = await findCredential(trx, body.passkey.id)
      return passkey && getUser(trx, passkey.user_id)
    })
    if (!user || user.status !== 'active') {
      world.logger.warn({ address: client.address }, 'sign-in refused: unknown passkey')
      throw new Refusal('unauthenticated', WRONG)
    }
    await passWith(world, user, client.address, 'sign-in', body.passkey)
    world.limits.loginAddress.giveBack(network)
    await refuseWithoutProvider(world, user, client.address)
    return { data: await enter(world, user, client, reply) }
  },
})

const beginSecond = defineRoute({
  method: 'post',
  path: '/auth/mfa/passkey/options',
  operationId: 'beginPasskeyStep',
  summary: 'Sign in: the passkey after the password, what to ask the browser',
  tag: 'Session',
  permission: 'public',
  body: EnrolmentInput,
  secret: true,
  response: one(RequestOptions),
  async handle({ world, body, client }) {
    const { user, actor } = await challenged(world, 'code', body.challenge, client)
    return { data: { ...(await requestOptions(world, 'second', user.id, await world.database.read(actor, (trx) => listPasskeys(trx, user.id)))) } }
  },
})

const second = defineRoute({
  method: 'post',
  path: '/auth/mfa/passkey',
  operationId: 'verifyPasskeyStep',
  summary: 'Sign in: the passkey after the password',
  tag: 'Session',
  permission: 'public',
  body: PasskeyStep,
  secret: true,
  response: one(SessionInfo),
  async handle({ world, body, client, reply }) {
    const { user } = await challenged(world, 'code', body.challenge, client)
    const forget = takeAttempt(world, user.id)
    await passWith(world, user, client.address, 'second', body.passkey)
    forget()
    return { data: await enter(world, user, client, reply) }
  },
})

const beginRequired = defineRoute({
  method: 'post',
  path: '/auth/mfa/enrol/passkey/options',
  operationId: 'beginRequiredPasskey',
  summary: 'Sign in: begin to add a passkey as the second factor that is required',
  tag: 'Session',
  permission: 'public',
  body: EnrolmentInput,
  secret: true,
  response: one(CreationOptions),
  async handle({ world, body, client }) {
    const { user } = await challenged(world, 'enrolment', body.challenge, client)
    return { data: { ...(await creationOptions(world, user, [])) } }
  },
})

const required = defineRoute({
  method: 'post',
  path: '/auth/mfa/enrol/passkey',
  operationId: 'addRequiredPasskey',
  summary: 'Sign in: add a passkey as the second factor that is required',
  tag: 'Session',
  permission: 'public',
  body: EnrolPasskey,
  secret: true,
  response: one(Enrolled),
  async handle({ world, body, client, reply }) {
    const { user, actor } = await challenged(world, 'enrolment', body.challenge, client)
    const recoveryCodes = await world.database.change(actor, async (trx) => {
      await getUser(trx, user.id, true)
      if (await hasFactor(trx, user.id)) throw new Refusal('conflict', 'You have a second factor already. Sign in again with your password.')
      const passkey = await addPasskey(world, trx, user, body.name, body.passkey)
      return { result: await renewRecoveryCodes(world, trx, user), audit: auditOf('user.add-passkey', actor, { passkey: passkey.name }) }
    })
    return { data: { session: await enter(world, user, client, reply), recoveryCodes } }
  },
})

export const passkeySignInRoutes = [beginSignIn, signIn, beginSecond, second, beginRequired, required]
