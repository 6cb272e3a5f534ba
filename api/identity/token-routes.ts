import { Refusal } from '../../config/errors.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { presentToken } from './presenter.ts'
import { ApiToken, ApiTokenCreate, ApiTokenQuery, NewApiToken } from './schemas.ts'
import { listTokens, makeToken, revokeToken } from './token-repository.ts'

const listTokensRoute = defineRoute({
  method: 'get',
  path: '/tokens',
  operationId: 'listTokens',
  summary: 'Tokens of programs',
  description: 'Expired ones are among them, revoked ones are not.',
  tag: 'Tokens',
  permission: 'tokens.read',
  query: ApiTokenQuery,
  response: pageOf(ApiToken),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.database.read(actor, (trx) => listTokens(trx, query))
    return { data: rows.map(presentToken), pagination: pagination(total, query) }
  },
})

const createToken = defineRoute({
  method: 'post',
  path: '/tokens',
  operationId: 'createToken',
  summary: 'Make a token for a program',
  description:
    'The token is in this answer and in no other. It may hold any of the permissions of the person who makes it, loses those that ' +
    'the person loses, and stops when the person is disabled or removed.',
  tag: 'Tokens',
  permission: 'tokens.write',
  body: ApiTokenCreate,
  status: 201,
  secret: true,
  response: one(NewApiToken),
  async handle({ world, actor, body }) {
    if (actor.kind !== 'user') throw new Refusal('forbidden', 'A token cannot make tokens: sign in to the panel to make one.')
    const missing = body.permissions.filter((permission) => !actor.permissions.has(permission))
    if (missing.length > 0) throw new Refusal('forbidden', `A token cannot hold permissions that you do not have: ${missing.join(', ')}.`)
    const now = new Date(world.clock.now())
    const expiresAt = body.expiresAt == null ? null : new Date(body.expiresAt)
    if (expiresAt && expiresAt <= now) {
      const message = 'must be in the future'
      throw new Refusal('unprocessable', `expiresAt ${message}.`, { details: [{ field: 'expiresAt', message }] })
    }
    const { token, stored } = await world.database.change(actor, async (trx) => {
      const result = await makeToken(trx, actor, { name: body.name, permissions: body.permissions, expiresAt, now })
      return { result, audit: { action: 'token.create', subjectType: 'token', subjectId: result.stored.id, after: presentToken(result.stored) } }
    })
    return { data: { token, apiToken: presentToken(stored) } }
  },
})

const deleteToken = defineRoute({
  method: 'delete',
  path: '/tokens/{id}',
  operationId: 'deleteToken',
  summary: 'Revoke a token',
  description: 'It stops working at once.',
  tag: 'Tokens',
  permission: 'tokens.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.database.change(actor, async (trx) => {
      const token = await revokeToken(trx, params.id, new Date(world.clock.now()))
      const before = { name: token.name, prefix: token.prefix, permissions: token.permissions }
      return { result: undefined, audit: { action: 'token.delete', subjectType: 'token', subjectId: token.id, before } }
    })
    world.identityChanges.publish(actor.tenantId)
    return done
  },
})

export const tokenRoutes = [listTokensRoute, createToken, deleteToken]
