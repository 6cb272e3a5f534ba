/**
 * The relying party of OpenID Connect: authorization code with PKCE, state and nonce (OpenID Connect Core
 * 1.0 §3.1, RFC 9700). Issuer, audience, expiry, nonce and signature of the ID token are all checked; the
 * library would leave the signature out, because the token comes over TLS.
 */
import * as client from 'openid-client'
import type { Clock } from '../../../config/clock.ts'
import { Refusal } from '../../../config/errors.ts'
import type { Secrets } from '../../../config/secrets.ts'
import type { SignInProviderRow } from '../../../migrations/tables.ts'
import type { OpenId, ProvenIdentity } from '../../http/world.ts'
import { createGuard } from '../../../config/outbound/guard.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { providerWords } from './words.ts'

export const PROVIDER_SECRET = 'sign-in-provider'

/** Of the panel: where providers send people back to. */
export const RETURN_PATH = '/admin/sign-in/provider'

/** Metadata is asked for again after this; keys the library asks for by itself when one is unknown. */
const KEPT_MS = 10 * 60_000
const ANSWER_MS = 10_000

/** Signatures that only the provider can make. No HMAC with the client secret, and none at all never. */
const ALGORITHMS = new Set(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])

interface Options {
  secrets: Secrets
  /** Private networks that the operator opens: SIGN_IN_NETWORKS. */
  networks: readonly string[]
  clock: Clock
  /** Scheme, host and port of the panel. */
  origin: string
}

/** One of our own findings, by the name under which words.ts knows it. */
const coded = (code: string): Error => Object.assign(new Error(code), { code })

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)

/** Basic is what every provider must know (OpenID Connect Core §9); some know only the other. */
function secretAuth(secret: string): client.ClientAuth {
  return (server, ...rest) => (server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') === false ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret))(server, ...rest)
}

export function createOpenId({ secrets, networks, clock, origin }: Options): OpenId {
  const guard = createGuard(networks, { what: 'providers of sign-in reach', setting: 'SIGN_IN_NETWORKS' })
  const fetch = guardedFetch(guard, ANSWER_MS)
  const kept = new Map<string, { version: number; until: number; configuration: Promise<client.Configuration> }>()

  async function discover(provider: SignInProviderRow): Promise<client.Configuration> {
    const issuer = new URL(provider.issuer)
    const secret = provider.secret_sealed === null ? undefined : secrets.open(PROVIDER_SECRET, provider.tenant_id, provider.secret_sealed)
    const plain = issuer.protocol === 'http:' && isLoopback(issuer.hostname)
    const configuration = await client.discovery(issuer, provider.client_id, {}, secret === undefined ? client.None() : secretAuth(secret), {
      execute: [client.enableNonRepudiationChecks, ...(plain ? [client.allowInsecureRequests] : [])], [client.customFetch]: fetch, timeout: ANSWER_MS / 1000,
    })
    // Exactly: an issuer with a placeholder would let in everybody whom the cloud behind it knows.
    if (configuration.serverMetadata().issuer.replace(/\/$/, '') !== provider.issuer.replace(/\/$/, '')) throw coded('OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED')
    return configuration
  }

  function configurationOf(provider: SignInProviderRow): Promise<client.Configuration> {
    const known = kept.get(provider.id)
    if (known?.version === provider.version && known.until > clock.now()) return known.configuration
    const configuration = discover(provider)
    kept.set(provider.id, { version: provider.version, until: clock.now() + KEPT_MS, configuration })
    // What failed is tried again at the next asking.
    configuration.catch(() => kept.delete(provider.id))
    return configuration
  }

  async function inWords<T>(provider: SignInProviderRow, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof Refusal) throw error
      throw new Refusal('unauthenticated', providerWords(provider.name, error), { cause: error })
    }
  }

  return {
    refuses: async (issuer) => {
      if (issuer.protocol === 'http:' && !isLoopback(issuer.hostname)) return 'The issuer begins with https://: what comes without TLS anybody on the way could write.'
      return guard.refuses(issuer)
    },
    begin: (provider) =>
      inWords(provider, async () => {
        const configuration = await configurationOf(provider)
        const begun = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() }
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: origin + RETURN_PATH, scope: provider.scopes.join(' '), state: begun.state, nonce: begun.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(begun.verifier), code_challenge_method: 'S256',
        })
        return { url: url.href, begun }
      }),
    finish: (provider, begun, answer) =>
      inWords(provider, async () => {
        const configuration = await configurationOf(provider)
        const back = new URL(origin + RETURN_PATH)
        for (const [name, value] of Object.entries(answer)) if (value !== undefined) back.searchParams.set(name, value)
        const tokens = await client.authorizationCodeGrant(configuration, back, { expectedState: begun.state, expectedNonce: begun.nonce, pkceCodeVerifier: begun.verifier, idTokenExpected: true })
        return proven(configuration, provider, tokens)
      }),
    async signOutUrl(provider, idToken) {
      try {
        const configuration = await configurationOf(provider)
        if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined
        return client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${origin}/admin/sign-in`, ...(idToken !== undefined && { id_token_hint: idToken }) }).href
      } catch {
        // One is signed out here all the same.
        return undefined
      }
    },
    check: (provider) =>
      inWords(provider, async () => {
        const { jwks_uri: keys, authorization_endpoint: authorization, token_endpoint: token } = (await discover(provider)).serverMetadata()
        if (keys === undefined || authorization === undefined || token === undefined) throw coded('OAUTH_MISSING_SERVER_METADATA')
        const answer = await fetch(keys, { method: 'GET', headers: { accept: 'application/json' }, body: undefined, redirect: 'manual' })
        if (!Array.isArray(((await answer.json()) as { keys?: unknown }).keys)) throw coded('OAUTH_KEY_SELECTION_FAILED')
      }),
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : typeof value === 'string' ? [value] : [])

async function proven(configuration: client.Configuration, provider: SignInProviderRow, tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers): Promise<ProvenIdentity> {
  const idToken = tokens.id_token ?? ''
  const { alg } = JSON.parse(Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString()) as { alg?: string }
  const claims = tokens.claims()
  if (!claims || !ALGORITHMS.has(alg ?? '')) throw coded('OAUTH_UNSUPPORTED_OPERATION')
  const groupsIn = (from: Record<string, unknown>): unknown => (provider.groups_claim === null ? undefined : from[provider.groups_claim])
  // What is not in the token may be asked for; whose it is must be the same (§5.3.2).
  const lacks = claims['email'] === undefined || (provider.groups_claim !== null && groupsIn(claims) === undefined)
  const more: Record<string, unknown> = lacks && configuration.serverMetadata().userinfo_endpoint !== undefined ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}
  // The address and the word on it are of one source.
  const source = claims['email'] === undefined ? more : claims
  return {
    subject: claims.sub, idToken, email: textOf(source['email']), emailVerified: source['email_verified'] === true, name: textOf(claims['name']) ?? textOf(more['name']),
    groups: textsOf(groupsIn(claims) ?? groupsIn(more)), mfa: textsOf(claims['amr']).includes('mfa'),
  }
}
