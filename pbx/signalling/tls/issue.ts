/** Makes certificates (RFC 5280), for an installation that has been given none. Keys are ECDSA P-256. */
import { createPrivateKey, webcrypto } from 'node:crypto'
import { isIP, isIPv4 } from 'node:net'
import { canonicalName } from './certificate.ts'
import { BitString, Integer, OctetString, Utf8String } from 'asn1js'
import { AttributeTypeAndValue, BasicConstraints, Certificate, ExtKeyUsage, Extension, GeneralName, GeneralNames } from 'pkijs'

/** PEM. */
export interface Issued {
  certificate: string
  key: string
}

export interface CertificateWish {
  commonName: string
  /** Names and addresses it is for; none for an authority. */
  names: readonly string[]
  notBefore: Date
  notAfter: Date
}

const OID = {
  commonName: '2.5.4.3', keyUsage: '2.5.29.15', subjectAltName: '2.5.29.17', basicConstraints: '2.5.29.19', extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2',
}
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' }
/** Bits of KeyUsage (RFC 5280 §4.2.1.3), the first in the highest place: digitalSignature; keyCertSign and cRLSign. */
const [SIGNS, ISSUES] = [0x80, 0x06]
const DNS_NAME = 2
const IP_ADDRESS = 7

/** An authority that other certificates can be issued by. */
export function issueAuthority(wish: Omit<CertificateWish, 'names'>): Promise<Issued> {
  return issue({ ...wish, names: [] }, undefined)
}

/** A certificate for servers and clients. `authority` is from `issueAuthority`. */
export function issueCertificate(wish: CertificateWish, authority: Issued): Promise<Issued> {
  return issue(wish, authority)
}

async function issue(wish: CertificateWish, authority: Issued | undefined): Promise<Issued> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = new Certificate()
  certificate.version = 2
  certificate.serialNumber = new Integer({ valueHex: randomSerial() })
  certificate.subject.typesAndValues.push(commonName(wish.commonName))
  certificate.issuer = authority ? Certificate.fromBER(der(authority.certificate)).subject : certificate.subject
  certificate.notBefore.value = wish.notBefore
  certificate.notAfter.value = wish.notAfter
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  certificate.extensions = authority ? ofLeaf(wish.names) : ofAuthority()
  await certificate.sign(authority ? await signingKey(authority.key) : keys.privateKey, 'SHA-256')
  return {
    certificate: pem('CERTIFICATE', certificate.toSchema(true).toBER(false)),
    key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
  }
}

function ofAuthority(): Extension[] {
  return [
    extension(OID.basicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema().toBER(false)),
    extension(OID.keyUsage, true, usage(ISSUES)),
  ]
}

function ofLeaf(names: readonly string[]): Extension[] {
  return [
    extension(OID.basicConstraints, true, new BasicConstraints({ cA: false }).toSchema().toBER(false)),
    extension(OID.keyUsage, true, usage(SIGNS)),
    extension(OID.extendedKeyUsage, false, new ExtKeyUsage({ keyPurposes: [OID.serverAuth, OID.clientAuth] }).toSchema().toBER(false)),
    extension(OID.subjectAltName, false, new GeneralNames({ names: names.map(generalName) }).toSchema().toBER(false)),
  ]
}

function extension(extnID: string, critical: boolean, extnValue: ArrayBuffer): Extension {
  return new Extension({ extnID, critical, extnValue })
}

function usage(bits: number): ArrayBuffer {
  return new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits: bits === ISSUES ? 1 : 7 }).toBER(false)
}

function generalName(name: string): GeneralName {
  if (isIP(name) === 0) return new GeneralName({ type: DNS_NAME, value: name })
  return new GeneralName({ type: IP_ADDRESS, value: new OctetString({ valueHex: addressBytes(name).buffer }) })
}

function addressBytes(address: string): Uint8Array<ArrayBuffer> {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  const text = canonicalName(address)
  const [head = '', tail] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const all = tail === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return Uint8Array.from(all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]))
}

function commonName(value: string): AttributeTypeAndValue {
  return new AttributeTypeAndValue({ type: OID.commonName, value: new Utf8String({ value }) })
}

/** Positive and 16 bytes long (RFC 5280 §4.1.2.2). */
function randomSerial(): ArrayBuffer {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40
  return bytes.buffer
}

function signingKey(key: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign'])
}

function der(text: string): ArrayBuffer {
  const bytes = Uint8Array.from(Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
  return bytes.buffer
}

function pem(label: string, bytes: ArrayBuffer): string {
  const lines = Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
