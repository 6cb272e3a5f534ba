/** Where others find the certificate that our calls are signed with. */
import { X509Certificate } from 'node:crypto'

/** A new certificate has a new address, so that nobody takes one that is kept for another. */
export function publishedName(certificate: string): string {
  return `${new X509Certificate(certificate).fingerprint256.replaceAll(':', '').slice(0, 32).toLowerCase()}.pem`
}

/** Undefined where we are not reached over https: nobody fetches a certificate otherwise. */
export function publishedAt(publicUrl: string, certificate: string): string | undefined {
  const url = URL.parse(publicUrl)
  return url?.protocol === 'https:' ? `${url.origin}/stir/${publishedName(certificate)}` : undefined
}
