/** The providers of an organisation. */
import { z } from 'zod'
import type { PersonActor } from '../../../config/actor.ts'
import type { Transaction } from '../../../config/database/index.ts'
import { Refusal, wrongField } from '../../../config/errors.ts'
import { newId } from '../../../config/ids.ts'
import type { SignInProviderRow } from '../../../migrations/tables.ts'
import { defineRoute } from '../../http/define-route.ts'
import { done, idParams, one, pageOf, pageQuery, slice, Success } from '../../http/envelope.ts'
import { given } from '../../http/fields.ts'
import type { World } from '../../http/world.ts'
import { permissionNames } from '../permissions.ts'
import { rolesByKey } from '../roles.ts'
import { mayHandle } from '../users.ts'
import { PROVIDER_SECRET } from './client.ts'
import { getProvider, hasEnabledProvider, isProvidersOnly, listProviders, named, presentProvider, settingsOf } from './repository.ts'
import { ProviderCheck, SignInProvider, SignInProviderCreate, SignInProviderUpdate } from './schemas.ts'

const tag = 'Sign-in providers'

/** A provider can say it is anybody, so whoever names one must be able to do everything themselves. */
const mayName = (actor: PersonActor): void => mayHandle(actor, permissionNames)

type Settings = Omit<SignInProviderRow, 'id' | 'tenant_id' | 'version' | 'created_at' | 'updated_at'>

/** The columns of what was given. */
function columnsOf(world: World, tenantId: string, input: Omit<z.output<typeof SignInProviderUpdate>, 'version'>): Partial<Settings> {
  const { name, issuer, clientId, clientSecret, scopes, domains, trustsEmail, groupsClaim, groupRoles, createsUsers, defaultRole, acceptsMfa, enabled } = input
  return given({
    name, issuer, client_id: clientId, secret_sealed: clientSecret === undefined ? undefined : clientSecret === null ? null : world.secrets.seal(PROVIDER_SECRET, tenantId, clientSecret),
    scopes: scopes && [...new Set(['openid', ...scopes])], domains: domains && [...new Set(domains)], trusts_email: trustsEmail, groups_claim: groupsClaim, group_roles: groupRoles,
    creates_users: createsUsers, default_role: defaultRole, accepts_mfa: acceptsMfa, enabled,
  })
}

/** What does not go together. */
async function checkSettings(trx: Transaction, row: Settings): Promise<void> {
  if (row.trusts_email && row.domains.length === 0) throw wrongField('trustsEmail', 'Name the domains that are your own first: else anybody could say any address.')
  if (row.group_roles.length > 0 && row.groups_claim === null) throw wrongField('groupsClaim', 'Name the claim that holds the groups.')
  if (row.creates_users && row.default_role === null && row.group_roles.length === 0) throw wrongField('defaultRole', 'Choose the role of those who are added.')
  await rolesByKey(trx, [...(row.default_role === null ? [] : [row.default_role]), ...row.group_roles.map(({ role }) => role)])
}

async function checkIssuer(world: World, issuer: string | undefined): Promise<void> {
  const why = issuer === undefined ? undefined : await world.openId.refuses(new URL(issuer))
  if (why !== undefined) throw wrongField('issuer', why)
}

/** JSON goes to PostgreSQL as text: an array would be taken for one of its own. */
const stored = (columns: Partial<Settings>) => ({ ...columns, ...(columns.group_roles && { group_roles: JSON.stringify(columns.group_roles) }) }) as never

async function keepAProvider(trx: Transaction, tenantId: string, id: string): Promise<void> {
  if ((await isProvidersOnly(trx, tenantId)) && !(await hasEnabledProvider(trx, id))) throw new Refusal('conflict', 'People here sign in with a provider only, and this is the last one. Change that rule first.')
}

const list = defineRoute({
  method: 'get', path: '/sign-in-providers', operationId: 'listSignInProviders', summary: 'Providers that people sign in with', tag, permission: 'users.read', query: z.strictObject(pageQuery), response: pageOf(SignInProvider),
  handle: async ({ world, actor, query }) => slice((await world.database.read(actor, listProviders)).map((row) => presentProvider(row, world.gate.publicOrigin)), query),
})

const get = defineRoute({
  method: 'get', path: '/sign-in-providers/{id}', operationId: 'getSignInProvider', summary: 'A provider', tag, permission: 'users.read', params: idParams, response: one(SignInProvider),
  handle: async ({ world, actor, params }) => ({ data: presentProvider(await world.database.read(actor, (trx) => getProvider(trx, params.id)), world.gate.publicOrigin) }),
})

const create = defineRoute({
  method: 'post', path: '/sign-in-providers', operationId: 'createSignInProvider', summary: 'Add a provider', tag, permission: 'users.write', body: SignInProviderCreate, status: 201, response: one(SignInProvider),
  description: 'OpenID Connect: authorization code with PKCE. A provider can say it is anybody, so it takes all permissions to name one.',
  async handle({ world, actor, body }) {
    mayName(actor)
    await checkIssuer(world, body.issuer)
    const id = newId()
    const defaults: Settings = {
      name: body.name, issuer: body.issuer, client_id: body.clientId, secret_sealed: null, scopes: ['openid', 'email', 'profile'], domains: [], trusts_email: false, groups_claim: null, group_roles: [], creates_users: false, default_role: null, accepts_mfa: false, enabled: true,
    }
    const settings = { ...defaults, ...columnsOf(world, actor.tenantId, body) }
    const row = await world.database.change(actor, async (trx) => {
      await checkSettings(trx, settings)
      await named(trx('sign_in_providers').insert({ id, tenant_id: actor.tenantId, ...(stored(settings) as object) }))
      const result = await getProvider(trx, id)
      return { result, audit: { action: 'sign-in-provider.create', subjectType: 'sign-in-provider', subjectId: id, after: settingsOf(result) } }
    })
    return { data: presentProvider(row, world.gate.publicOrigin) }
  },
})

const update = defineRoute({
  method: 'patch', path: '/sign-in-providers/{id}', operationId: 'updateSignInProvider', summary: 'Change a provider', tag, permission: 'users.write', params: idParams, body: SignInProviderUpdate, versioned: true, response: one(SignInProvider),
  description: 'With another issuer nobody is known by it any more, and those who came by it are signed out. Disabled, it signs out nobody.',
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    await world.database.read(actor, (trx) => getProvider(trx, params.id))
    mayName(actor)
    await checkIssuer(world, input.issuer)
    const read = ifMatch ?? version
    const row = await world.database.change(actor, async (trx) => {
      const before = await getProvider(trx, params.id, true)
      if (read !== undefined && read !== before.version) throw new Refusal('conflict', 'Somebody else has changed this provider meanwhile. Load it again.')
      const columns = columnsOf(world, actor.tenantId, input)
      await checkSettings(trx, { ...before, ...columns })
      if (columns.enabled === false) await keepAProvider(trx, actor.tenantId, params.id)
      // Another issuer calls other people by the same names, and must not be sent the secret of this one.
      if (columns.issuer !== undefined && columns.issuer !== before.issuer) {
        if (columns.secret_sealed === undefined && before.secret_sealed !== null) throw wrongField('clientSecret', 'Enter the secret of the new issuer: the old one is not sent there.')
        await trx('user_identities').where({ provider_id: params.id }).delete()
        await trx('sessions').where({ provider_id: params.id }).delete()
      }
      await named(trx<SignInProviderRow>('sign_in_providers').where({ id: params.id }).update({ ...(stored(columns) as object), version: before.version + 1, updated_at: new Date(world.clock.now()) }))
      const result = await getProvider(trx, params.id)
      const after = { ...settingsOf(result), ...(columns.secret_sealed !== undefined && { clientSecret: 'changed' }) }
      return { result, audit: { action: 'sign-in-provider.update', subjectType: 'sign-in-provider', subjectId: params.id, before: settingsOf(before), after } }
    })
    world.identityChanges.publish(actor.tenantId)
    return { data: presentProvider(row, world.gate.publicOrigin) }
  },
})

const remove = defineRoute({
  method: 'delete', path: '/sign-in-providers/{id}', operationId: 'deleteSignInProvider', summary: 'Remove a provider', description: 'Those who came by it are signed out. People stay; who has no password gets one from an administrator.', tag, permission: 'users.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.database.change(actor, async (trx) => {
      const before = await getProvider(trx, params.id, true)
      mayName(actor)
      await keepAProvider(trx, actor.tenantId, params.id)
      await trx('sign_in_providers').where({ id: params.id }).delete()
      return { result: undefined, audit: { action: 'sign-in-provider.delete', subjectType: 'sign-in-provider', subjectId: params.id, before: settingsOf(before) } }
    })
    world.identityChanges.publish(actor.tenantId)
    return done
  },
})

const test = defineRoute({
  method: 'post', path: '/sign-in-providers/{id}/test', operationId: 'testSignInProvider', summary: 'See whether a provider answers', description: 'Asks for its metadata and keys. Whether client ID and secret are right, only a sign-in shows.', tag, permission: 'users.write', params: idParams, response: one(ProviderCheck),
  async handle({ world, actor, params }) {
    const provider = await world.database.read(actor, (trx) => getProvider(trx, params.id))
    mayName(actor)
    try {
      await world.openId.check(provider)
      return { data: { error: null } }
    } catch (error) {
      if (error instanceof Refusal) return { data: { error: error.message } }
      throw error
    }
  },
})

export const providerRoutes = [list, get, create, update, remove, test]
