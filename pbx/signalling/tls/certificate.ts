/** A certificate with its key, read and checked. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { messageOf } from '../../../config/errors.ts'

export interface Certificate {
  /** Where it is, for people. */
  source: string
  /** Made by this installation. */
  own: boolean
  /** PEM, followed by its chain. */
  certificate: string
  key: string
  /** DNS names and addresses it is for, in lower case. */
  names: readonly string[]
  issuer: string
  notBefore: Date
  notAfter: Date
}

/** Throws a sentence that says what is wrong with it. */
export function readCertificate(source: string, certificate: string, key: string, own = false): Certificate {
  const parsed = attempt(() => new X509Certificate(certificate), `${source} is no certificate in PEM`)
  const privateKey = attempt(() => createPrivateKey(key), `the key of ${source} cannot be read`)
  if (!parsed.checkPrivateKey(privateKey)) throw new Error(`${source} and its key do not belong together`)
  return {
    source, own, certificate, key,
    names: (parsed.subjectAltName ?? '').split(', ').flatMap((name) => /^(?:DNS|IP Address):([^"]+)$/.exec(name)?.[1] ?? []).map(canonicalName),
    issuer: /^(?:CN|O)=(.+)$/m.exec(parsed.issuer)?.[1] ?? parsed.issuer.replaceAll('\n', ', '),
    notBefore: parsed.validFromDate,
    notAfter: parsed.validToDate,
  }
}

/** Lower case; an IPv6 address in its shortest form. */
export function canonicalName(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase()
}

function attempt<T>(work: () => T, sentence: string): T {
  try {
    return work()
  } catch (error) {
    throw new Error(`${sentence}: ${messageOf(error)}`, { cause: error })
  }
}
