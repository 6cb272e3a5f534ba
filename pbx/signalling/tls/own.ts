/**
 * The certificate of an installation that was given none: issued by an authority of its own, so that
 * phones that were told to trust the authority once go on trusting when the certificate is renewed.
 */
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { openKeyFolder, readKeyFile, readOrCreateKeyFile, replaceKeyFile } from '../../../config/key-file.ts'
import { canonicalName, readCertificate, type Certificate } from './certificate.ts'
import { issueAuthority, issueCertificate, type Issued } from './issue.ts'

const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 3650
/** As long as browsers allow a certificate of a public authority to be. */
const CERTIFICATE_DAYS = 397
/** Renewed when it would expire within this time; long before anybody is warned. */
const RENEW_DAYS = 30
const COMMON_NAME = 'Dialplane'

export interface OwnAuthority {
  /** PEM. */
  readonly certificate: string
  /** The certificate for these names: the one from before while it is good, else a new one. */
  issue(names: readonly string[], now: number): Promise<Certificate>
}

/** Reads `<home>/keys/sip-authority.pem`, making it when there is none. */
export async function openOwnAuthority(home: string, now: number): Promise<OwnAuthority> {
  const folder = await openKeyFolder(home)
  const path = join(folder, 'sip.pem')
  const authority = unbundle(await readOrCreateKeyFile(join(folder, 'sip-authority.pem'), async () => bundle(await issueAuthority({ commonName: `${COMMON_NAME} ${new Date(now).toISOString().slice(0, 10)}`, ...lasting(now, AUTHORITY_DAYS) }))))
  const trusted = new X509Certificate(authority.certificate)
  return {
    certificate: authority.certificate,
    async issue(names, at) {
      const before = await readKeyFile(path).catch(() => undefined)
      const kept = before === undefined ? undefined : stillGood(unbundle(before), trusted, names, at)
      if (kept) return kept
      const issued = await issueCertificate({ commonName: names[0] ?? COMMON_NAME, names, ...lasting(at, CERTIFICATE_DAYS) }, authority)
      await replaceKeyFile(path, bundle(issued))
      return readCertificate(path, issued.certificate, issued.key, true)
    },
  }

  function stillGood(issued: Issued, by: X509Certificate, names: readonly string[], at: number): Certificate | undefined {
    try {
      const certificate = readCertificate(path, issued.certificate, issued.key, true)
      const has = new Set(certificate.names)
      const good = names.every((name) => has.has(canonicalName(name))) && certificate.notAfter.getTime() - at > RENEW_DAYS * DAY_MS && new X509Certificate(issued.certificate).verify(by.publicKey)
      return good ? certificate : undefined
    } catch {
      return undefined
    }
  }
}

function lasting(now: number, days: number): { notBefore: Date; notAfter: Date } {
  // Clocks of phones are often behind.
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) }
}

function bundle({ certificate, key }: Issued): string {
  return `${certificate}${key}`.trim()
}

function unbundle(text: string): Issued {
  const part = (label: string) => new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n?`).exec(text)?.[0] ?? ''
  return { certificate: part('CERTIFICATE'), key: part('PRIVATE KEY') }
}
