import { X509Certificate } from 'node:crypto'
import type { DirectorySnapshot, SnapshotStir } from '../directory/types.ts'
import { publishedAt } from './published.ts'

const DAY_MS = 86_400_000
/** Enough to have a certificate renewed by hand, holidays included. */
const WARN_DAYS = 21

/** How a certificate is at a time. @param now milliseconds since the epoch */
export function stateOf(certificate: X509Certificate, now: number): 'good' | 'ending' | 'ended' {
  const left = certificate.validToDate.getTime() - now
  return left <= 0 ? 'ended' : left < WARN_DAYS * DAY_MS ? 'ending' : 'good'
}

/** Why calls are not signed, or soon will not be, with what to do; undefined: nothing is wrong. */
export function signingTrouble({ certificate, certificateUrl }: SnapshotStir, publicUrl: string, now: number): string | undefined {
  if (certificate === null) return 'Calls are not signed: there is no certificate to sign them with. Enter one under Signed calls.'
  const leaf = new X509Certificate(certificate)
  const day = leaf.validToDate.toISOString().slice(0, 10)
  switch (stateOf(leaf, now)) {
    case 'ended':
      return `Calls are not signed: the certificate for that ended on ${day}. Enter a new one under Signed calls.`
    case 'ending':
      return `The certificate that calls are signed with ends on ${day}. Enter a new one before, under Signed calls.`
    case 'good':
      return certificateUrl === null && publishedAt(publicUrl, certificate) === undefined
        ? 'Calls are not signed: nobody could fetch the certificate. Set PUBLIC_URL to the https:// address under which Dialplane is reached from outside, or enter where else the certificate is.'
        : undefined
  }
}

/** The same for every tenant with trunks whose calls are to be signed; undefined: nothing is wrong. */
export function signingHealth(snapshot: DirectorySnapshot, publicUrl: string, now: number): { name: string; ok: boolean; message: string } | undefined {
  const told = snapshot.tenants().flatMap(({ id, name }) => {
    if (!snapshot.trunksOf(id).some(({ enabled, signCalls }) => enabled && signCalls)) return []
    const trouble = signingTrouble(snapshot.stirOf(id), publicUrl, now)
    return trouble === undefined ? [] : [`${name}: ${trouble}`]
  })
  return told.length === 0 ? undefined : { name: 'signed calls', ok: !told.some((sentence) => sentence.includes('are not signed')), message: told.join(' ') }
}
