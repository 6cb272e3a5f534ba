import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { createFirstAdministrator, setupNeeded } from './setup.ts'
import { sessionInfo } from './session-info.ts'
import { SessionInfo, SetupInput, SetupState } from './schemas.ts'
import { actorOf, openSession } from './sessions.ts'

const getSetup = defineRoute({
  method: 'get',
  path: '/setup',
  operationId: 'getSetup',
  summary: 'Whether the first administrator is still to be made',
  tag: 'Setup',
  permission: 'public',
  response: one(SetupState),
  handle: async ({ world }) => ({ data: { needed: await setupNeeded(world.database) } }),
})

const completeSetup = defineRoute({
  method: 'post',
  path: '/setup',
  operationId: 'completeSetup',
  summary: 'Make the first administrator and sign in',
  description: 'Needs the token of the link printed at start. Works once.',
  tag: 'Setup',
  permission: 'public',
  body: SetupInput,
  status: 201,
  secret: true,
  response: one(SessionInfo),
  async handle({ world, body, client, reply }) {
    world.limits.login.take(`${client.address} setup`)
    const user = await createFirstAdministrator(world, body, client.address)
    const session = await openSession(world, user, client)
    reply.header('Set-Cookie', session.cookie)
    return { data: await sessionInfo(world, actorOf(user, client.address), session) }
  },
})

export const setupRoutes = [getSetup, completeSetup]
