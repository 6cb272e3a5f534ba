import type { Clock } from '../../config/clock.ts'
import type { TenantId } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import type { Identity, IdentityChanges } from '../http/world.ts'
import { TOKEN_PREFIX } from './credentials.ts'
import { findSession } from './sessions.ts'
import { findToken } from './token-repository.ts'

// Longer than any credential we made: not worth hashing.
const LONGEST = 200

/** Looks credentials up at every request, so that what is revoked stops at once. */
export function createIdentity({ database, clock }: { database: Database; clock: Clock }): Identity {
  const now = () => new Date(clock.now())
  return {
    async bySession(cookie, address, touch = true) {
      if (cookie.length > LONGEST) return undefined
      return database.system('identify session', (trx) => findSession(trx, cookie, address, now(), touch))
    },
    async byToken(token, address, touch = true) {
      if (!token.startsWith(TOKEN_PREFIX) || token.length > LONGEST) return undefined
      return database.system('identify token', (trx) => findToken(trx, token, address, now(), touch))
    },
  }
}

export function createIdentityChanges(): IdentityChanges {
  const listeners = new Set<(tenantId: TenantId) => void>()
  return {
    publish: (tenantId) => listeners.forEach((listener) => listener(tenantId)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
