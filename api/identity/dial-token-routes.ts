/** Tokens that people make for themselves: they begin, show and end the own calls and can nothing else. */
import { z } from 'zod'
import { Refusal } from '../../config/errors.ts'
import type { ApiTokenRow } from '../../migrations/tables.ts'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pageQuery, slice, Success } from '../http/envelope.ts'
import { instant, line } from '../http/fields.ts'
import { OWN_CALLS } from './permissions.ts'
import { presentToken } from './presenter.ts'
import { ApiToken, NewApiToken } from './schemas.ts'
import { makeToken, revokeToken, tokensOf } from './token-repository.ts'

const tag = 'Session'
const MOST = 20
const DAY_MS = 86_400_000
const LONGEST_DAYS = 365

const DialTokenCreate = z
  .strictObject({
    name: line(100).meta({ description: 'What uses it, e.g. the CRM.' }),
    expiresAt: instant.meta({ description: 'Within a year.' }),
  })
  .meta({ id: 'DialTokenCreate' })

const listDialTokens = defineRoute({
  method: 'get', path: '/auth/dial-tokens', operationId: 'listDialTokens', summary: 'Own tokens for calling', tag, permission: 'session',
  query: z.strictObject(pageQuery), response: pageOf(ApiToken),
  handle: async ({ world, actor, query }) => slice((await world.database.read(actor, (trx) => tokensOf(trx, actor.id, OWN_CALLS))).map(presentToken), query),
})

const createDialToken = defineRoute({
  method: 'post', path: '/auth/dial-tokens', operationId: 'createDialToken', summary: 'Make a token for one\'s own calls',
  description: 'It begins, shows and ends calls of the own extension under /own/calls, and can nothing else. It is in this answer and in no other.',
  tag, permission: 'session', body: DialTokenCreate, status: 201, secret: true, response: one(NewApiToken),
  async handle({ world, actor, body }) {
    if (!actor.permissions.has(OWN_CALLS)) throw new Refusal('forbidden', `This needs the permission ${OWN_CALLS}. An administrator can give it to you.`)
    const now = new Date(world.clock.now())
    const expiresAt = new Date(body.expiresAt)
    const wrong = expiresAt <= now ? 'must be in the future' : expiresAt.getTime() - now.getTime() > (LONGEST_DAYS + 1) * DAY_MS ? 'must be within a year' : undefined
    if (wrong !== undefined) throw new Refusal('unprocessable', `expiresAt ${wrong}.`, { details: [{ field: 'expiresAt', message: wrong }] })
    const made = await world.database.change(actor, async (trx) => {
      const living = (await tokensOf(trx, actor.id, OWN_CALLS)).filter(({ expires_at }) => expires_at === null || expires_at > now)
      if (living.length >= MOST) throw new Refusal('conflict', `You have ${MOST} of these. Revoke one that is not used any more.`)
      const result = await makeToken(trx, actor, { name: body.name, permissions: [OWN_CALLS], expiresAt, now })
      return { result, audit: { action: 'token.create', subjectType: 'token', subjectId: result.stored.id, after: presentToken(result.stored) } }
    })
    return { data: { token: made.token, apiToken: presentToken(made.stored) } }
  },
})

const deleteDialToken = defineRoute({
  method: 'delete', path: '/auth/dial-tokens/{id}', operationId: 'deleteDialToken', summary: 'Revoke an own token for calling', description: 'It stops working at once.',
  tag, permission: 'session', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.database.change(actor, async (trx) => {
      // Told like one that is not there: whose it is, is nobody's business.
      const own = await trx<ApiTokenRow>('api_tokens').where({ id: params.id, created_by: actor.id }).first('permissions')
      if (own?.permissions.join() !== OWN_CALLS) throw new Refusal('not-found', 'There is no such token.')
      const { id, name, prefix, permissions } = await revokeToken(trx, params.id, new Date(world.clock.now()))
      return { result: undefined, audit: { action: 'token.delete', subjectType: 'token', subjectId: id, before: { name, prefix, permissions } } }
    })
    world.identityChanges.publish(actor.tenantId)
    return done
  },
})

export const dialTokenRoutes = [listDialTokens, createDialToken, deleteDialToken]
