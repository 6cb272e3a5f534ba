import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../config/errors.ts'
import type { Permission } from './define-route.ts'
import type { Gate } from './gate.ts'
import type { Identified } from './world.ts'

/** @throws Refusal `forbidden` unless `who` may do what the route asks for */
export function permit(permission: Exclude<Permission, 'public'>, who: Identified): void {
  if (permission === 'session') {
    if (!who.session) throw new Refusal('forbidden', 'This is for a person signed in to the panel, not for a token.')
    return
  }
  if (!who.actor.permissions.has(permission)) throw new Refusal('forbidden', `This needs the permission ${permission}. An administrator can give it to you.`)
}

/**
 * Refuses a write that another site made a browser send.
 *
 * Three layers: SameSite=Strict keeps the cookie at home, the Origin must be ours, and the token
 * that only our page can read must come along. A bearer token needs none: no browser adds it.
 */
export function refuseForgery(request: Pick<IncomingMessage, 'headers'>, gate: Gate, who: Identified | undefined): void {
  if (who && !who.session) return
  const { origin } = request.headers
  if (origin !== undefined && !gate.allowsOrigin(origin)) {
    throw new Refusal('forbidden', `The panel is at ${gate.publicOrigin}; a page of ${origin} may not write here. Set PUBLIC_URL if that is where you reach it.`)
  }
  if (request.headers['sec-fetch-site'] === 'cross-site') throw new Refusal('forbidden', 'A page of another site may not write here.')
  if (!who?.session) return
  const given = request.headers['x-csrf-token']
  if (typeof given !== 'string' || !same(given, who.session.csrfToken)) {
    throw new Refusal('forbidden', 'X-CSRF-Token is missing or old: read /api/v1/auth/session for the token of this session and send it with every write.')
  }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
