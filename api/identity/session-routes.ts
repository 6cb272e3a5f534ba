import { z } from 'zod'
import { wrongField } from '../../config/errors.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, one } from '../http/envelope.ts'
import { SignInStep } from './mfa/schemas.ts'
import { nextStep } from './mfa/second-step.ts'
import { refuseWithoutProvider } from './open-id/only.ts'
import { signOutUrlOf } from './open-id/sign-out.ts'
import { checkPasswordPolicy } from './passwords.ts'
import { sessionInfo } from './session-info.ts'
import { LoginInput, PasswordChange, SessionInfo, SignedOut } from './schemas.ts'
import { actorOf, endedCookie, endSession, openSession } from './sessions.ts'
import { checkSignIn } from './sign-in.ts'
import { endSessionsOf, getUser, updateUser } from './user-repository.ts'

const login = defineRoute({
  method: 'post',
  path: '/auth/login',
  operationId: 'login',
  summary: 'Sign in',
  description: 'Sets the cookie dialplane_session. Writes made with it need the csrfToken as X-CSRF-Token. Where a second factor is asked for, the answer is `next` and a challenge instead, and nobody is signed in yet.',
  tag: 'Session',
  permission: 'public',
  body: LoginInput,
  secret: true,
  response: one(z.union([SessionInfo, SignInStep])),
  async handle({ world, body, client, reply }) {
    const user = await checkSignIn(world, body, client)
    await refuseWithoutProvider(world, user, client.address)
    const step = await nextStep(world, user, client)
    if (step) return { data: step }
    const session = await openSession(world, user, client)
    reply.header('Set-Cookie', session.cookie)
    return { data: await sessionInfo(world, actorOf(user, client.address), session) }
  },
})

const getSession = defineRoute({
  method: 'get',
  path: '/auth/session',
  operationId: 'getSession',
  summary: 'Who is signed in',
  tag: 'Session',
  permission: 'session',
  secret: true,
  response: one(SessionInfo),
  handle: async ({ world, actor, session }) => ({ data: await sessionInfo(world, actor, session) }),
})

const logout = defineRoute({
  method: 'post',
  path: '/auth/logout',
  operationId: 'logout',
  summary: 'Sign out',
  description: 'Who came by a provider is told where to sign out there too (RP-initiated logout).',
  tag: 'Session',
  permission: 'session',
  response: SignedOut,
  async handle({ world, actor, session, reply }) {
    const signOutUrl = await signOutUrlOf(world, actor, session.id)
    await endSession(world, actor, session.id)
    reply.header('Set-Cookie', endedCookie(world))
    return { ...done, signOutUrl }
  },
})

const changePassword = defineRoute({
  method: 'post',
  path: '/auth/password',
  operationId: 'changePassword',
  summary: 'Change the own password',
  description: 'Every other session of the user ends; this one goes on under a new cookie and CSRF token.',
  tag: 'Session',
  permission: 'session',
  body: PasswordChange,
  secret: true,
  response: one(SessionInfo),
  async handle({ world, actor, body, client, reply }) {
    const attempts = `${actor.id} password`
    world.limits.login.take(attempts)
    const user = await world.database.read(actor, (trx) => getUser(trx, actor.id))
    if (!(await world.passwords.verify(user.password_hash, body.current))) throw wrongField('current', 'This is not your current password.')
    world.limits.login.forget(attempts)
    checkPasswordPolicy(body.next, user)
    const passwordHash = await world.passwords.hash(body.next)
    await world.database.change(actor, async (trx) => {
      await updateUser(trx, actor.id, { password_hash: passwordHash, updated_at: new Date(world.clock.now()) })
      await endSessionsOf(trx, actor.id)
      return { result: undefined, audit: { action: 'user.change-password', subjectType: 'user', subjectId: actor.id } }
    })
    const opened = await openSession(world, user, client)
    reply.header('Set-Cookie', opened.cookie)
    return { data: await sessionInfo(world, actor, opened) }
  },
})

export const sessionRoutes = [login, getSession, logout, changePassword]
