/** The certificates that TLS is served with, as people see them. */
import { X509Certificate } from 'node:crypto'
import { messageOf } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'
import type { Directory, DirectorySnapshot, SnapshotTrunk } from './directory/types.ts'
import type { CertificateInfo, Certificates, HealthPart } from './door.ts'

/** What signalling tells about its certificates, and can be asked to do. */
export interface CertificateKeeper {
  readonly certificates: readonly KeptCertificate[]
  readonly problems: readonly string[]
  readonly authority: string | undefined
  /** Of the certificate that an authority makes and renews by itself; undefined: none does. */
  readonly renewal: { readonly domains: readonly string[]; readonly next: Date; readonly problem: string | undefined } | undefined
  read(): Promise<void>
  /** Domains that our own certificate shall be for as well. */
  setDomains(domains: readonly string[], peers: readonly CarrierCertificates[]): Promise<void>
}

/** What a TLS connection to a carrier takes besides its name. */
export interface CarrierCertificates {
  host: string
  certificate: string | undefined
  key: string | undefined
  authority: string | undefined
  name: string | undefined
}

/** Of all trunks over TLS that have any. */
export function carrierCertificates(snapshot: DirectorySnapshot): CarrierCertificates[] {
  return trunksOf(snapshot).filter(({ clientCertificate, peerAuthority, peerName }) => clientCertificate !== null || peerAuthority !== null || peerName !== null).map((trunk) => ({
    host: trunk.host.toLowerCase(), certificate: trunk.clientCertificate ?? undefined, key: trunk.clientKey ?? undefined, authority: trunk.peerAuthority ?? undefined, name: trunk.peerName ?? undefined,
  }))
}

const trunksOf = (snapshot: DirectorySnapshot): SnapshotTrunk[] => snapshot.tenants().flatMap(({ id }) => snapshot.trunksOf(id)).filter(({ enabled, transport, registersHere }) => enabled && transport === 'tls' && !registersHere)

/** What is to be said of the certificate that a trunk shows; undefined while that is good. */
export function clientCertificateTrouble({ clientCertificate }: Pick<SnapshotTrunk, 'clientCertificate'>, now: number): string | undefined {
  if (clientCertificate === null) return undefined
  const ends = new X509Certificate(clientCertificate).validToDate
  const state = stateOf(ends, now)
  const day = ends.toISOString().slice(0, 10)
  return state === 'good' ? undefined : state === 'ended' ? `The certificate that we show to this carrier ended on ${day}: it refuses it. Enter a new one.` : `The certificate that we show to this carrier ends on ${day}. Enter a new one before.`
}

/** The same of all trunks; undefined when there is nothing to be said. */
export function trunkCertificateHealth(snapshot: DirectorySnapshot, now: number): HealthPart | undefined {
  const told = trunksOf(snapshot).flatMap((trunk) => {
    const trouble = clientCertificateTrouble(trunk, now)
    return trouble === undefined ? [] : [`${trunk.name}: ${trouble}`]
  })
  return told.length === 0 ? undefined : { name: 'trunk certificates', ok: !told.some((sentence) => sentence.includes(' ended on ')), message: told.join(' ') }
}

type KeptCertificate = Omit<CertificateInfo, 'names' | 'state'> & { readonly names: readonly string[] }

const DAY_MS = 86_400_000
/** Enough to have a certificate renewed by hand, holidays included. */
const WARN_DAYS = 21

export function certificatesOf(keeper: CertificateKeeper | undefined, now: number): Certificates {
  return {
    served: keeper !== undefined,
    certificates: (keeper?.certificates ?? []).map(({ source, own, names, issuer, notBefore, notAfter }) => ({
      source, own, names: [...names], issuer, notBefore, notAfter, state: stateOf(notAfter, now),
    })),
    problems: [...(keeper?.problems ?? [])],
    authority: keeper?.authority ?? null,
    renewal: keeper?.renewal ? { domains: [...keeper.renewal.domains], next: keeper.renewal.next, problem: keeper.renewal.problem ?? null } : null,
  }
}

function stateOf(notAfter: Date, now: number): CertificateInfo['state'] {
  const left = notAfter.getTime() - now
  return left <= 0 ? 'ended' : left < WARN_DAYS * DAY_MS ? 'ending' : 'good'
}

/** Undefined when nothing is served over TLS. One that ends soon is no failure yet, but said. */
export function certificateHealth(keeper: CertificateKeeper | undefined, now: number): HealthPart | undefined {
  if (keeper === undefined) return undefined
  const { certificates, problems } = certificatesOf(keeper, now)
  const told = [...renewalTrouble(keeper, certificates), ...certificates.filter(({ state }) => state !== 'good').map(({ source, notAfter, state }) => {
    const day = notAfter.toISOString().slice(0, 10)
    return state === 'ended' ? `The certificate ${source} ended on ${day}: phones refuse it. Replace the file.` : `The certificate ${source} ends on ${day}. Replace the file before.`
  })]
  const [first] = certificates
  const well = first?.own === true
    ? 'TLS uses a certificate that Dialplane made itself: phones must be told to trust its authority.'
    : `TLS uses ${certificates.length === 1 ? 'the certificate' : `${certificates.length} certificates, first`} ${first?.source ?? ''}.`
  return {
    name: 'certificates',
    // A renewal that fails is tried for weeks before it matters.
    ok: problems.length === 0 && certificates.every(({ state }) => state !== 'ended') && (keeper.renewal?.problem === undefined || certificates.every(({ own, state }) => !own && state === 'good')),
    message: [...problems, ...told, ...(problems.length + told.length === 0 ? [well] : [])].join(' '),
  }
}

/** What is to be said of the certificate that an authority makes by itself. */
function renewalTrouble({ renewal }: CertificateKeeper, certificates: readonly CertificateInfo[]): string[] {
  if (renewal?.problem === undefined) return []
  const meanwhile = certificates[0]?.own === true ? 'Until then phones are shown a certificate that Dialplane made itself.' : 'The one that is there stays in use.'
  return [`There is no new certificate for ${renewal.domains.join(', ')}: ${renewal.problem.replace(/\.$/, '')}. It is tried again by itself. ${meanwhile}`]
}

/** Our own certificate is for every domain that phones may be told to register at. */
export function nameCertificates(certificates: CertificateKeeper | undefined, directory: Directory, logger: Logger): () => void {
  const tell = (): void => {
    certificates?.setDomains(directory.snapshot().domains(), carrierCertificates(directory.snapshot())).catch((error: unknown) => logger.warn(`the certificate was not made anew: ${messageOf(error)}`))
  }
  tell()
  return directory.onChange(tell)
}
