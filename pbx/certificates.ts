/** The certificates that TLS is served with, as people see them. */
import { messageOf } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'
import type { Directory } from './directory/types.ts'
import type { CertificateInfo, Certificates, HealthPart } from './door.ts'

/** What signalling tells about its certificates, and can be asked to do. */
export interface CertificateKeeper {
  readonly certificates: readonly KeptCertificate[]
  readonly problems: readonly string[]
  readonly authority: string | undefined
  read(): Promise<void>
  /** Domains that our own certificate shall be for as well. */
  setDomains(domains: readonly string[]): Promise<void>
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
  const told = certificates.filter(({ state }) => state !== 'good').map(({ source, notAfter, state }) => {
    const day = notAfter.toISOString().slice(0, 10)
    return state === 'ended' ? `The certificate ${source} ended on ${day}: phones refuse it. Replace the file.` : `The certificate ${source} ends on ${day}. Replace the file before.`
  })
  const [first] = certificates
  const well = first?.own === true
    ? 'TLS uses a certificate that Dialplane made itself: phones must be told to trust its authority.'
    : `TLS uses ${certificates.length === 1 ? 'the certificate' : `${certificates.length} certificates, first`} ${first?.source ?? ''}.`
  return {
    name: 'certificates',
    ok: problems.length === 0 && certificates.every(({ state }) => state !== 'ended'),
    message: [...problems, ...told, ...(problems.length + told.length === 0 ? [well] : [])].join(' '),
  }
}

/** Our own certificate is for every domain that phones may be told to register at. */
export function nameCertificates(certificates: CertificateKeeper | undefined, directory: Directory, logger: Logger): () => void {
  const tell = (): void => {
    certificates?.setDomains(directory.snapshot().domains()).catch((error: unknown) => logger.warn(`the certificate was not made anew: ${messageOf(error)}`))
  }
  tell()
  return directory.onChange(tell)
}
