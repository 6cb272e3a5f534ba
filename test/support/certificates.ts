/** Certificates for tests: an authority, and what it issues. */
import { issueAuthority, issueCertificate, type Issued } from '../../pbx/signalling/tls/issue.ts'

const DAY_MS = 86_400_000

export interface TestAuthority {
  /** PEM. */
  readonly certificate: string
  issue(names: readonly string[], days?: number): Promise<Issued>
}

export async function testAuthority(commonName = 'Test authority'): Promise<TestAuthority> {
  const notBefore = new Date(Date.now() - DAY_MS)
  const authority = await issueAuthority({ commonName, notBefore, notAfter: new Date(Date.now() + 10 * DAY_MS) })
  return {
    certificate: authority.certificate,
    issue: (names, days = 5) => issueCertificate({ commonName: names[0] ?? 'nobody', names, notBefore, notAfter: new Date(Date.now() + days * DAY_MS) }, authority),
  }
}
