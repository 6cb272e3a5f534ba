/** Signing in with a provider: off to it, and back. */
import { z } from 'zod'
import { Refusal } from '../../../config/errors.ts'
import { networkOf } from '../../../config/network.ts'
import type { SignInProviderRow } from '../../../migrations/tables.ts'
import { defineRoute } from '../../http/define-route.ts'
import { one } from '../../http/envelope.ts'
import type { World } from '../../http/world.ts'
import { enter, nextStep } from '../mfa/second-step.ts'
import { passkeysRefused } from '../passkeys/ceremony.ts'
import { SignInOptions } from '../passkeys/schemas.ts'
import { findEnabledProvider, offeredProviders } from './repository.ts'
import { personOf } from './people.ts'
import { ProviderAnswer, ProviderBegun, ProviderChoice, ProviderSignIn } from './schemas.ts'

const COOKIE = 'dialplane_provider'
const PATH = '/api/v1/auth/provider'
const LIFE_MS = 10 * 60_000

const Kept = z.strictObject({ provider: z.uuid(), until: z.number(), state: z.string(), nonce: z.string(), verifier: z.string() })

const PURPOSE = 'sign-in-begun'

/** Sealed: the browser carries it and cannot read it. */
function cookieOf(world: World, content: z.output<typeof Kept>): string {
  const secure = world.gate.publicOrigin.startsWith('https:') ? '; Secure' : ''
  // Strict, because it is our own page that comes back with it.
  return `${COOKIE}=${world.secrets.seal(PURPOSE, 'all', JSON.stringify(content)).toString('base64url')}; Max-Age=${LIFE_MS / 1000}; Path=${PATH}; HttpOnly; SameSite=Strict${secure}`
}

function readCookie(world: World, value: string | undefined, state: string): z.output<typeof Kept> {
  const late = new Refusal('unauthenticated', 'That took too long, or began in another browser. Sign in again.')
  if (value === undefined || value.length > 4_000) throw late
  let content: z.output<typeof Kept>
  try {
    content = Kept.parse(JSON.parse(world.secrets.open(PURPOSE, 'all', Buffer.from(value, 'base64url'))))
  } catch {
    throw late
  }
  if (content.until <= world.clock.now() || content.state !== state) throw late
  return content
}

async function enabled(world: World, id: string): Promise<SignInProviderRow> {
  const provider = await world.database.system('find provider at sign-in', (trx) => findEnabledProvider(trx, id))
  if (!provider) throw new Refusal('unauthenticated', 'This way to sign in is not there any more. Load the page again.')
  return provider
}

const options = defineRoute({
  method: 'get',
  path: '/auth/sign-in-options',
  operationId: 'getSignInOptions',
  summary: 'How one may sign in here',
  description: 'Where there are several organisations, providers are told for the one that is named.',
  tag: 'Session',
  permission: 'public',
  query: z.strictObject({ organisation: z.string().min(1).max(100).optional().meta({ description: 'Its short name.' }) }),
  response: one(SignInOptions),
  handle: async ({ world, query }) => ({
    data: { address: world.gate.publicOrigin, passkeysRefused: passkeysRefused(world.gate.publicOrigin) ?? null, providers: await world.database.system('providers on the sign-in page', (trx) => offeredProviders(trx, query.organisation)) },
  }),
})

const begin = defineRoute({
  method: 'post',
  path: '/auth/provider/begin',
  operationId: 'beginProviderSignIn',
  summary: 'Sign in with a provider: where the browser goes',
  tag: 'Session',
  permission: 'public',
  body: ProviderChoice,
  secret: true,
  response: one(ProviderBegun),
  async handle({ world, body, reply }) {
    const provider = await enabled(world, body.providerId)
    const { url, begun } = await world.openId.begin(provider)
    reply.header('Set-Cookie', cookieOf(world, { provider: provider.id, until: world.clock.now() + LIFE_MS, ...begun }))
    return { data: { url } }
  },
})

const finish = defineRoute({
  method: 'post',
  path: '/auth/provider/finish',
  operationId: 'finishProviderSignIn',
  summary: 'Sign in with a provider: back from it',
  description: 'In the browser that began. A second factor is asked for as after a password, unless the provider has seen one and that counts here.',
  tag: 'Session',
  permission: 'public',
  body: ProviderAnswer,
  secret: true,
  response: one(ProviderSignIn),
  async handle({ world, body, client, reply }) {
    const begun = readCookie(world, client.cookies.get(COOKIE), body.state)
    const network = networkOf(client.address)
    world.limits.loginAddress.take(network)
    const provider = await enabled(world, begun.provider)
    const proven = await world.openId.finish(provider, begun, body).catch((error: unknown) => {
      world.logger.warn({ address: client.address, provider: provider.name, reason: error instanceof Error ? error.message : '' }, 'sign-in with a provider refused')
      throw error
    })
    const user = await personOf(world, provider, proven)
    world.limits.loginAddress.giveBack(network)
    world.identityChanges.publish(provider.tenant_id)
    const step = provider.accepts_mfa && proven.mfa ? undefined : await nextStep(world, user, client)
    if (step) return { data: step }
    return { data: await enter(world, user, client, reply, { providerId: provider.id, idToken: proven.idToken }) }
  },
})

export const providerSignInRoutes = [options, begin, finish]
