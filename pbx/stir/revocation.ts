/** Certificates that were revoked (RFC 5280 §5): lists of whoever issued them, or of an administrator for all of its authorities (ATIS-1000080 §6.3.9, indirect). */
import { verify, X509Certificate } from 'node:crypto'
import { Certificate, CertificateRevocationList, CRLDistributionPoints, GeneralName, GeneralNames, type RelativeDistinguishedNames } from 'pkijs'

export interface RevocationList {
  /** Of whoever signed it. */
  issuer: string
  /** Milliseconds since the epoch; then another one is there. */
  until: number
  /** Issuer and serial number. */
  revoked: ReadonlySet<string>
  signed: Buffer
  signature: Buffer
}

const OID = { points: '2.5.29.31', certificateIssuer: '2.5.29.29', ecdsaSha256: '1.2.840.10045.4.3.2' } as const
const URI = 6
const DIRECTORY_NAME = 4

const bytesOf = (view: Uint8Array): ArrayBuffer => Uint8Array.from(view).buffer
const nameOf = (name: RelativeDistinguishedNames): string => Buffer.from(name.toSchema().toBER(false)).toString('base64')
const serialOf = (view: Uint8Array): string => Buffer.from(view).toString('hex').replace(/^(00)+/, '')

/** DER. Nobody has proved yet who signed it. @throws Error with what is wrong, as the end of a sentence */
export function readRevocationList(body: Buffer): RevocationList {
  const list = readDer(body)
  if (list.signatureAlgorithm.algorithmId !== OID.ecdsaSha256) throw new Error('it is not signed by ECDSA with SHA-256')
  const own = nameOf(list.issuer)
  const revoked = new Set<string>()
  // Who issued a certificate is said at the first of its entries (RFC 5280 §5.3.3).
  let issuer = own
  for (const { userCertificate, crlEntryExtensions } of list.revokedCertificates ?? []) {
    const said = crlEntryExtensions?.extensions.find(({ extnID }) => extnID === OID.certificateIssuer)
    const name = said && GeneralNames.fromBER(bytesOf(said.extnValue.valueBlock.valueHexView)).names.find(({ type }) => type === DIRECTORY_NAME)
    if (name) issuer = nameOf(name.value as RelativeDistinguishedNames)
    revoked.add(`${issuer} ${serialOf(userCertificate.valueBlock.valueHexView)}`)
  }
  return { issuer: own, until: list.nextUpdate?.value.getTime() ?? Infinity, revoked, signed: Buffer.from(list.tbsView), signature: Buffer.from(list.signatureValue.valueBlock.valueHexView) }
}

function readDer(body: Buffer): CertificateRevocationList {
  try {
    return CertificateRevocationList.fromBER(bytesOf(body))
  } catch {
    throw new Error('it is no list of revoked certificates')
  }
}

/** Who a certificate is, and where it says that it would be revoked, read once. */
const identities = new WeakMap<X509Certificate, { name: string; points: readonly string[] }>()

/** Where it says that it would be revoked. */
export const pointsOf = (certificate: X509Certificate): readonly string[] => identify(certificate).points

function identify(certificate: X509Certificate): { name: string; points: readonly string[] } {
  const known = identities.get(certificate)
  if (known) return known
  const { issuer, serialNumber, extensions = [] } = Certificate.fromBER(bytesOf(certificate.raw))
  const value = extensions.find(({ extnID }) => extnID === OID.points)?.extnValue.valueBlock.valueHexView
  const found = { name: `${nameOf(issuer)} ${serialOf(serialNumber.valueBlock.valueHexView)}`, points: value === undefined ? [] : urlsIn(value).slice(0, 2) }
  identities.set(certificate, found)
  return found
}

/** What cannot be read names none. */
function urlsIn(value: Uint8Array): string[] {
  try {
    const points = CRLDistributionPoints.fromBER(bytesOf(value)).distributionPoints
    return points.flatMap(({ distributionPoint }) => (Array.isArray(distributionPoint) ? distributionPoint : [])).flatMap((one) => (one instanceof GeneralName && one.type === URI ? [String(one.value)] : []))
  } catch {
    return []
  }
}

/** Signers of lists, by list: to prove one takes a while. */
const proved = new WeakMap<RevocationList, readonly X509Certificate[]>()

/** Whether a list that one of these signed, and that is still of now, has this certificate. A list of anybody else says nothing. */
export function isRevoked(certificate: X509Certificate, list: RevocationList, signers: readonly X509Certificate[], now: number): boolean {
  if (now > list.until || !list.revoked.has(identify(certificate).name)) return false
  if (proved.get(list) === signers) return true
  const isSigner = (one: X509Certificate): boolean => nameOf(Certificate.fromBER(bytesOf(one.raw)).subject) === list.issuer && verify('sha256', list.signed, one.publicKey, list.signature)
  if (!signers.some(isSigner)) return false
  proved.set(list, signers)
  return true
}
