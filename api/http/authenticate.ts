import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../config/errors.ts'
import { parseCookies, SESSION_COOKIE } from './cookies.ts'
import type { Identified, World } from './world.ts'

export type Credential = { kind: 'bearer' | 'cookie'; value: string }

// RFC 6750 §2.1
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i

/**
 * What a request offers to prove who it is. A bearer token goes before a cookie: it was sent on
 * purpose. Other schemes are not ours: a proxy in front may ask for a password of its own.
 */
export function credentialOf(request: Pick<IncomingMessage, 'headers'>): Credential | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined && /^Bearer\b/i.test(authorization)) {
    const match = BEARER.exec(authorization)
    if (!match?.[1]) throw new Refusal('unauthenticated', 'Authorization must be "Bearer dp_…" with a token made in the panel.')
    return { kind: 'bearer', value: match[1] }
  }
  const cookie = parseCookies(request.headers.cookie).get(SESSION_COOKIE)
  return cookie ? { kind: 'cookie', value: cookie } : undefined
}

/**
 * @param touch whether this counts as use of the session; a look whether it still lives does not
 * @throws Refusal `unauthenticated`
 */
export async function identify(world: World, credential: Credential | undefined, address: string, touch = true): Promise<Identified> {
  if (!credential) throw new Refusal('unauthenticated', 'Sign in, or send a token as "Authorization: Bearer dp_…".')
  const found =
    credential.kind === 'bearer'
      ? await world.identity.byToken(credential.value, address, touch)
      : await world.identity.bySession(credential.value, address, touch)
  if (found) return found
  throw new Refusal('unauthenticated', credential.kind === 'bearer' ? 'This token is not valid, or not any more.' : 'Your session is over. Sign in again.')
}
