/** The second step of signing in. */
import { Refusal } from '../../../config/errors.ts'
import { defineRoute } from '../../http/define-route.ts'
import { one } from '../../http/envelope.ts'
import { SessionInfo } from '../schemas.ts'
import { auditOf, beginEnrolment, checkCode, confirmEnrolment, takeAttempt } from './factors.ts'
import { AuthenticatorSecret, CodeInput, Enrolled, EnrolmentInput } from './schemas.ts'
import { challenged, enter } from './second-step.ts'

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
