import type { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, pageOf, pagination, Success } from '../http/envelope.ts'
import type { World } from '../http/world.ts'
import { presentOpenSession } from './presenter.ts'
import { OpenSession, SessionsQuery } from './schemas.ts'
import { deleteSession, getSeenSession, listSessions, noSession } from './session-repository.ts'
import { endedCookie } from './sessions.ts'
import { getUser } from './user-repository.ts'
import { mayHandle } from './users.ts'

const listOwnSessions = defineRoute({
  method: 'get',
  path: '/auth/sessions',
  operationId: 'listOwnSessions',
  summary: 'Where one is signed in',
  tag: 'Session',
  permission: 'session',
  query: SessionsQuery,
  response: pageOf(OpenSession),
  handle: ({ world, actor, session, query }) => sessionsOf(world, actor, actor.id, session.id, query),
})

const endOwnSession = defineRoute({
  method: 'delete',
  path: '/auth/sessions/{id}',
  operationId: 'endOwnSession',
  summary: 'Sign out one of the own sessions',
  description: 'It stops working at once, with its live connection.',
  tag: 'Session',
  permission: 'session',
  params: idParams,
  response: Success,
  async handle({ world, actor, session, params, reply }) {
    await endOne(world, actor, params.id, async (_trx, userId) => {
      // Told like one that is not there: whose it is, is nobody's business.
      if (userId !== actor.id) throw noSession()
    })
    if (params.id === session.id) reply.header('Set-Cookie', endedCookie(world))
    return done
  },
})

const listUserSessions = defineRoute({
  method: 'get',
  path: '/users/{id}/sessions',
  operationId: 'listUserSessions',
  summary: 'Where a person is signed in',
  tag: 'Users',
  permission: 'users.read',
  params: idParams,
  query: SessionsQuery,
  response: pageOf(OpenSession),
  handle: ({ world, actor, session, params, query }) => sessionsOf(world, actor, params.id, session?.id, query),
})

const endUserSession = defineRoute({
  method: 'delete',
  path: '/sessions/{id}',
  operationId: 'endUserSession',
  summary: 'Sign out one session of a person',
  description: 'Of a person who holds no more than the permissions of the one who asks. It stops working at once, with its live connection.',
  tag: 'Users',
  permission: 'users.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await endOne(world, actor, params.id, async (trx, userId) => mayHandle(actor, (await getUser(trx, userId)).permissions))
    return done
  },
})

async function sessionsOf(world: World, actor: PersonActor, userId: string, currentId: string | undefined, query: z.output<typeof SessionsQuery>) {
  const { rows, total } = await world.database.read(actor, async (trx) => {
    await getUser(trx, userId)
    return listSessions(trx, userId, new Date(world.clock.now()), query)
  })
  return { data: rows.map((row) => presentOpenSession(row, currentId)), pagination: pagination(total, query) }
}

/** @param allow throws when the actor may not end a session of that user */
async function endOne(
  world: World,
  actor: PersonActor,
  id: string,
  allow: (trx: Parameters<typeof getUser>[0], userId: string) => Promise<void>,
): Promise<void> {
  await world.database.change(actor, async (trx) => {
    const session = await getSeenSession(trx, id)
    await allow(trx, session.user_id)
    await deleteSession(trx, id)
    const before = { userId: session.user_id, address: session.address, userAgent: session.user_agent }
    return { result: undefined, audit: { action: 'session.delete', subjectType: 'session', subjectId: id, before } }
  })
  world.identityChanges.publish(actor.tenantId)
}

export const openSessionRoutes = [listOwnSessions, endOwnSession, listUserSessions, endUserSession]
