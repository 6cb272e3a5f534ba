/** Verifies calls that come in over trunks, within a time that no caller notices. */
import type { X509Certificate } from 'node:crypto'
import { within } from '../../config/within.ts'
import type { Directory, SnapshotStir, SnapshotTrunk } from '../directory/types.ts'
import type { CertificateStore, RevocationStore } from './published-store.ts'
import { readPem } from './certificate.ts'
import { meanings } from './number.ts'
import { verdictOf, verifyCall, type IdentityVerdict } from './verify.ts'

/** The longest that a call waits; then nothing is known of who calls. */
export const VERIFY_MS = 1_500
export const MOST_AUTHORITIES = 100

export interface Verifier {
  /** @param call `caller` as it is shown, also where that is withheld; undefined: it tells none */
  verify(trunk: SnapshotTrunk, call: { identity: string | undefined; date: string | undefined; caller: string | undefined; called: string }): Promise<IdentityVerdict>
}

export function createVerifier({ directory, store, lists, now, ms = VERIFY_MS }: { directory: Pick<Directory, 'snapshot'>; store: CertificateStore; lists: RevocationStore; now: () => number; ms?: number }): Verifier {
  /** By what is configured: a change makes another object. */
  const trusted = new WeakMap<SnapshotStir, readonly X509Certificate[]>()
  const rootsOf = (stir: SnapshotStir): readonly X509Certificate[] => {
    const roots = trusted.get(stir) ?? (stir.authorities === null ? [] : readPem(stir.authorities, MOST_AUTHORITIES))
    trusted.set(stir, roots)
    return roots
  }
  return {
    async verify({ tenantId, country }, { identity, date, caller, called }) {
      const roots = rootsOf(directory.snapshot().stirOf(tenantId))
      const work = verifyCall({ store, lists, roots, now }, { identity, date, caller: caller === undefined ? [] : meanings(caller, country), called: meanings(called, country) })
      return (await within(work, ms)) ?? verdictOf('identity-info', `The certificate of the signature did not come within ${ms / 1000} seconds, and the call was not held up longer.`, true)
    },
  }
}

/** Whether a trunk takes a call of which this is known. What nobody can say is refused only where a signature is demanded. */
export function isTaken(policy: SnapshotTrunk['verifyCalls'], { verstat, fault }: IdentityVerdict): boolean {
  if (fault === null || policy === 'off' || policy === 'mark') return true
  return policy === 'refuse' && verstat !== 'TN-Validation-Failed'
}
