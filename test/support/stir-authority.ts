/** Authorities of STIR and the certificates for calls that they issue (RFC 8226), for tests. Whatever is wrong with one is asked for. */
import { webcrypto } from 'node:crypto'
import { BitString, Constructed, IA5String, Integer, Sequence, Utf8String, type BaseBlock } from 'asn1js'
import { AttributeTypeAndValue, BasicConstraints, Certificate, CertificateRevocationList, CRLDistributionPoints, DistributionPoint, Extension, Extensions, GeneralName, GeneralNames, RevokedCertificate, Time } from 'pkijs'

export interface StirPair {
  /** PEM. */
  certificate: string
  key: string
}

export interface StirWish {
  /** Codes of the service provider; without any list of numbers when null. */
  codes?: readonly string[] | null
  numbers?: readonly string[]
  ranges?: readonly (readonly [first: string, count: number])[]
  days?: number
  /** Days until it begins. */
  inDays?: number
  curve?: 'P-256' | 'P-384'
  /** Where it would be said that it was revoked. */
  lists?: readonly string[]
  /** A critical extension that nobody knows. */
  strange?: boolean
}

export interface StirAuthority extends StirPair {
  issue(wish?: StirWish): Promise<StirPair>
  /** Another authority below it. @param mayIssue false: it issues although it may not */
  below(commonName: string, mayIssue?: boolean): Promise<StirAuthority>
  /** A list of certificates that were revoked, in DER; of another authority's where `of` says whose. @param days until the next one */
  revoke(certificates: readonly string[], more?: { of?: string; days?: number }): Promise<Buffer>
}

interface Issuer {
  certificate: Certificate
  key: webcrypto.CryptoKey
  curve: string
}

const DAY_MS = 86_400_000

export async function stirAuthority(commonName = 'Test STI authority'): Promise<StirAuthority> {
  return authority(await make(commonName, undefined, {}, [constraints(true), usage(0x06)]))
}

function authority(made: Awaited<ReturnType<typeof make>>): StirAuthority {
  return {
    ...made.pem,
    issue: async (wish = {}) => (await make('SHAKEN 709J', made.issuer, wish, [constraints(false), usage(0x80), ...(wish.codes === null ? [] : [numbers(wish)]), ...(wish.lists ? [points(wish.lists)] : []), ...(wish.strange ? [new Extension({ extnID: '1.3.6.1.4.1.99999.1', critical: true, extnValue: new Integer({ value: 1 }).toBER(false) })] : [])])).pem,
    revoke: (certificates, more) => revocationList(made.issuer, certificates, more),
    below: async (name, mayIssue = true) => authority(await make(name, made.issuer, {}, [constraints(mayIssue), usage(mayIssue ? 0x06 : 0x80)])),
  }
}

async function make(commonName: string, issuer: Issuer | undefined, { days = 5, inDays = -2, curve = 'P-256' }: StirWish, extensions: Extension[]) {
  const keys = (await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = new Certificate()
  certificate.version = 2
  certificate.serialNumber = new Integer({ value: Math.floor(Math.random() * 2 ** 30) + 1 })
  certificate.subject.typesAndValues.push(new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: commonName }) }))
  certificate.issuer = issuer?.certificate.subject ?? certificate.subject
  certificate.notBefore.value = new Date(Date.now() + inDays * DAY_MS)
  certificate.notAfter.value = new Date(Date.now() + days * DAY_MS)
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  certificate.extensions = extensions
  await certificate.sign(issuer?.key ?? keys.privateKey, 'SHA-256')
  const pem = {
    certificate: armoured('CERTIFICATE', certificate.toSchema(true).toBER(false)),
    key: armoured('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
  }
  return { pem, issuer: { certificate, key: keys.privateKey, curve } }
}

function numbers({ codes = ['709J'], numbers: one = [], ranges = [] }: StirWish): Extension {
  const tagged = (tagNumber: number, value: BaseBlock) => new Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] })
  const list = new Sequence({
    value: [
      ...(codes ?? []).map((code) => tagged(0, new IA5String({ value: code }))),
      ...ranges.map(([first, count]) => tagged(1, new Sequence({ value: [new IA5String({ value: first }), new Integer({ value: count })] }))),
      ...one.map((number) => tagged(2, new IA5String({ value: number }))),
    ],
  })
  return new Extension({ extnID: '1.3.6.1.5.5.7.1.26', critical: false, extnValue: list.toBER(false) })
}

function points(urls: readonly string[]): Extension {
  const list = new CRLDistributionPoints({ distributionPoints: urls.map((value) => new DistributionPoint({ distributionPoint: [new GeneralName({ type: 6, value })] })) })
  return new Extension({ extnID: '2.5.29.31', critical: false, extnValue: list.toSchema().toBER(false) })
}

const read = (pem: string): Certificate => Certificate.fromBER(Uint8Array.from(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')).buffer)

async function revocationList({ certificate, key }: Issuer, revoked: readonly string[], { of, days = 1 }: { of?: string; days?: number } = {}): Promise<Buffer> {
  const list = new CertificateRevocationList()
  list.version = 1
  list.issuer = certificate.subject
  list.thisUpdate = new Time({ type: 0, value: new Date(Date.now() - 2 * DAY_MS) })
  list.nextUpdate = new Time({ type: 0, value: new Date(Date.now() + days * DAY_MS) })
  const issuer = of === undefined ? undefined : new Extension({ extnID: '2.5.29.29', critical: true, extnValue: new GeneralNames({ names: [new GeneralName({ type: 4, value: read(of).subject })] }).toSchema().toBER(false) })
  list.revokedCertificates = revoked.map((pem, at) => new RevokedCertificate({
    userCertificate: read(pem).serialNumber, revocationDate: new Time({ type: 0, value: new Date(Date.now() - DAY_MS) }), ...(issuer && at === 0 && { crlEntryExtensions: new Extensions({ extensions: [issuer] }) }),
  }))
  await list.sign(key, 'SHA-256')
  return Buffer.from(list.toSchema(true).toBER(false))
}

const constraints = (cA: boolean): Extension => new Extension({ extnID: '2.5.29.19', critical: true, extnValue: new BasicConstraints({ cA }).toSchema().toBER(false) })
const usage = (bits: number): Extension => new Extension({ extnID: '2.5.29.15', critical: true, extnValue: new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits: bits === 0x06 ? 1 : 7 }).toBER(false) })

function armoured(label: string, bytes: ArrayBuffer): string {
  return `-----BEGIN ${label}-----\n${(Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
}
