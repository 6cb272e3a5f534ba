/** One's own passkeys. */
import { z } from 'zod'
import { Refusal } from '../../../config/errors.ts'
import { defineRoute } from '../../http/define-route.ts'
import { done, idParams, one, pageOf, pageQuery, slice, Success } from '../../http/envelope.ts'
import { auditOf, hasApp, hasFactor, isRequired, renewRecoveryCodes } from '../mfa/factors.ts'
import { readPolicy, removeFactors } from '../mfa/repository.ts'
import { PasswordProof } from '../mfa/schemas.ts'
import { provePassword } from '../prove-password.ts'
import { endSessionsOf, getUser } from '../user-repository.ts'
import { creationOptions, relyingParty, requestOptions } from './ceremony.ts'
import { addPasskey, presentPasskey } from './passkeys.ts'
import { deletePasskey, getPasskey, listPasskeys, updatePasskey } from './repository.ts'
import { AddedPasskey, AddPasskey, CreationOptions, Passkey, RemovePasskey, RenamePasskey, RequestOptions } from './schemas.ts'

const list = defineRoute({
  method: 'get',
  path: '/auth/passkeys',
  operationId: 'listPasskeys',
  summary: 'The own passkeys and security keys',
  tag: 'Session',
  permission: 'session',
  query: z.strictObject(pageQuery),
  response: pageOf(Passkey),
  handle: async ({ world, actor, query }) => slice((await world.database.read(actor, (trx) => listPasskeys(trx, actor.id))).map(presentPasskey), query),
})

const begin = defineRoute({
  method: 'post',
  path: '/auth/passkeys/options',
  operationId: 'beginPasskey',
  summary: 'Begin to add a passkey',
  description: 'Answers with what navigator.credentials.create is to be asked.',
  tag: 'Session',
  permission: 'session',
  body: PasswordProof,
  secret: true,
  response: one(CreationOptions),
  async handle({ world, actor, session, body }) {
    relyingParty(world)
    const user = await provePassword(world, actor, session, body.password)
    return { data: { ...(await creationOptions(world, user, await world.database.read(actor, (trx) => listPasskeys(trx, actor.id)))) } }
  },
})

const add = defineRoute({
  method: 'post',
  path: '/auth/passkeys',
  operationId: 'addPasskey',
  summary: 'Add a passkey',
  description: 'From now on it is asked for besides the password, and opens without one where it knows its owner by PIN or finger. With the first factor of a person every other session of theirs ends.',
  tag: 'Session',
  permission: 'session',
  body: AddPasskey,
  status: 201,
  secret: true,
  response: one(AddedPasskey),
  async handle({ world, actor, session, body }) {
    const data = await world.database.change(actor, async (trx) => {
      const user = await getUser(trx, actor.id, true)
      const first = !(await hasFactor(trx, actor.id))
      const passkey = await addPasskey(world, trx, user, body.name, body.passkey)
      const recoveryCodes = first ? await renewRecoveryCodes(world, trx, user) : null
      if (first) await endSessionsOf(trx, actor.id, session.id)
      return { result: { passkey: presentPasskey(passkey), recoveryCodes }, audit: auditOf('user.add-passkey', actor, { passkey: passkey.name }) }
    })
    world.identityChanges.publish(actor.tenantId)
    return { data }
  },
})

const rename = defineRoute({
  method: 'patch',
  path: '/auth/passkeys/{id}',
  operationId: 'renamePasskey',
  summary: 'Rename a passkey',
  tag: 'Session',
  permission: 'session',
  params: idParams,
  body: RenamePasskey,
  response: one(Passkey),
  handle: async ({ world, actor, params, body }) => ({
    data: await world.database.change(actor, async (trx) => {
      const before = await getPasskey(trx, actor.id, params.id)
      await updatePasskey(trx, before.id, { name: body.name })
      return { result: presentPasskey({ ...before, name: body.name }), audit: { ...auditOf('user.rename-passkey', actor, { passkey: body.name }), before: { passkey: before.name } } }
    }),
  }),
})

const remove = defineRoute({
  method: 'post',
  path: '/auth/passkeys/{id}/remove',
  operationId: 'removePasskey',
  summary: 'Remove a passkey',
  description: 'With the last factor of a person the recovery codes go too. Not the last one where the organisation requires one.',
  tag: 'Session',
  permission: 'session',
  params: idParams,
  body: RemovePasskey,
  response: Success,
  async handle({ world, actor, session, params, body }) {
    await world.database.read(actor, (trx) => getPasskey(trx, actor.id, params.id))
    const { roles } = await provePassword(world, actor, session, body.password)
    await world.database.change(actor, async (trx) => {
      await getUser(trx, actor.id, true)
      const passkey = await getPasskey(trx, actor.id, params.id)
      const last = !(await hasApp(trx, actor.id)) && (await listPasskeys(trx, actor.id)).length === 1
      if (last && isRequired(await readPolicy(trx, actor.tenantId), roles)) throw new Refusal('conflict', 'Your organisation requires a second factor. Add another passkey or an authenticator app first.')
      await deletePasskey(trx, passkey.id)
      if (last) await removeFactors(trx, actor.id)
      return { result: undefined, audit: { ...auditOf('user.remove-passkey', actor), before: { passkey: passkey.name } } }
    })
    return done
  },
})

const prove = defineRoute({
  method: 'post',
  path: '/auth/passkeys/proof',
  operationId: 'beginPasskeyProof',
  summary: 'Begin to show a passkey once more',
  description: 'For what asks for the factor again, such as new recovery codes.',
  tag: 'Session',
  permission: 'session',
  secret: true,
  response: one(RequestOptions),
  handle: async ({ world, actor }) => ({ data: { ...(await requestOptions(world, 'proof', actor.id, await world.database.read(actor, (trx) => listPasskeys(trx, actor.id)))) } }),
})

export const passkeyRoutes = [list, begin, add, rename, remove, prove]
