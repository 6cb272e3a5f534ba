/** Addresses under which a place is asked for: nobody guesses one, and none tells whose it is (RFC 6753 §3, RFC 5985 §6.5.1). */
import type { Secrets } from '../../config/secrets.ts'

/** What an address stands for. `until` in milliseconds since the epoch; null: as long as the call may be called back. */
export type Reference = { of: 'call'; tenantId: string; id: string; until: null } | { of: 'device'; tenantId: string; id: string; until: number } | { of: 'address'; tenantId: string; id: string; until: number } | { of: 'place'; tenantId: string; id: string; until: number }

export interface References {
  /** The last part of the address. */
  tokenOf(reference: Reference): string
  /** Undefined: it was never given out, or its time is over. */
  read(token: string): Reference | undefined
}

const PURPOSE = 'location-references'
/** Sealed for no tenant: whoever asks says of none. */
const NOBODY = 'any'

export function createReferences(secrets: Pick<Secrets, 'seal' | 'open'>, now: () => number): References {
  return {
    tokenOf: (reference) => secrets.seal(PURPOSE, NOBODY, JSON.stringify(reference)).toString('base64url'),
    read(token) {
      if (token.length > 400 || !/^[\w-]+$/.test(token)) return undefined
      try {
        const reference = JSON.parse(secrets.open(PURPOSE, NOBODY, Buffer.from(token, 'base64url'))) as Reference
        return reference.until !== null && reference.until < now() ? undefined : reference
      } catch {
        return undefined
      }
    },
  }
}
