/** The handshake messages of DTLS 1.2 that DTLS-SRTP needs (RFC 5246 §7.4, RFC 6347 §4.3.2, RFC 8422, RFC 5764). */
import type { SrtpSuite } from '../../../sdp/types.ts'
import { list, Malformed, number, Reader, vector } from './bytes.ts'

export const CLIENT_HELLO = 1
export const SERVER_HELLO = 2
export const HELLO_VERIFY_REQUEST = 3
export const CERTIFICATE = 11
export const SERVER_KEY_EXCHANGE = 12
export const CERTIFICATE_REQUEST = 13
export const SERVER_HELLO_DONE = 14
export const CERTIFICATE_VERIFY = 15
export const CLIENT_KEY_EXCHANGE = 16
export const FINISHED = 20

const DTLS_1_2 = 0xfefd
/** TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, and the same for a server with an RSA certificate. */
const ECDHE_ECDSA = 0xc02b
const ECDHE_RSA = 0xc02f
const P256 = 23
export const ECDSA_P256_SHA256 = 0x0403
/** What a peer may sign with: ECDSA, RSA-PSS, RSA, each with SHA-256. */
const SIGNATURES = [ECDSA_P256_SHA256, 0x0804, 0x0401]

const SUPPORTED_GROUPS = 10
const POINT_FORMATS = 11
const SIGNATURE_ALGORITHMS = 13
const USE_SRTP = 14
const EXTENDED_MASTER_SECRET = 23
const RENEGOTIATION_INFO = 0xff01

/** RFC 5764 §4.1.2 and RFC 7714 §14.2, in our order of preference: the one that costs least to carry first. */
const SRTP_PROFILES: readonly (readonly [number, SrtpSuite])[] = [
  [1, 'AES_CM_128_HMAC_SHA1_80'], [8, 'AEAD_AES_256_GCM'], [7, 'AEAD_AES_128_GCM'], [2, 'AES_CM_128_HMAC_SHA1_32'],
]

export interface Hello {
  random: Buffer
  suite: SrtpSuite
  extendedMasterSecret: boolean
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([number(2, type), vector(2, body)])
}

function srtpExtension(profiles: readonly number[]): Buffer {
  return extension(USE_SRTP, Buffer.concat([list(2, profiles), vector(1)]))
}

const EMPTY_RENEGOTIATION = extension(RENEGOTIATION_INFO, vector(1))
const FORMATS = extension(POINT_FORMATS, vector(1, number(1, 0)))

export function clientHello(random: Buffer, cookie: Buffer): Buffer {
  return Buffer.concat([
    number(2, DTLS_1_2), random, vector(1), vector(1, cookie), list(2, [ECDHE_ECDSA, ECDHE_RSA]), vector(1, number(1, 0)),
    vector(2,
      extension(SUPPORTED_GROUPS, list(2, [P256])), FORMATS, extension(SIGNATURE_ALGORITHMS, list(2, SIGNATURES)),
      srtpExtension(SRTP_PROFILES.map(([id]) => id)), extension(EXTENDED_MASTER_SECRET, vector(1).subarray(1)), EMPTY_RENEGOTIATION),
  ])
}

/** Undefined when it offers nothing that we can. */
export function readClientHello(body: Buffer): Hello | undefined {
  const reader = new Reader(body)
  const version = reader.number(2)
  const random = reader.take(32)
  reader.vector(1)
  reader.vector(1)
  const suites = numbers(reader.vector(2))
  reader.vector(1)
  const extensions = readExtensions(reader)
  const groups = extensions.get(SUPPORTED_GROUPS)
  const profiles = srtpProfiles(extensions)
  const found = SRTP_PROFILES.find(([id]) => profiles.includes(id))
  // Versions of DTLS count downwards.
  if (version > DTLS_1_2 || !suites.includes(ECDHE_ECDSA) || found === undefined) return undefined
  if (groups !== undefined && !numbers(new Reader(groups).vector(2)).includes(P256)) return undefined
  return { random, suite: found[1], extendedMasterSecret: extensions.has(EXTENDED_MASTER_SECRET) }
}

export function serverHello(random: Buffer, { suite, extendedMasterSecret }: Hello): Buffer {
  return Buffer.concat([
    number(2, DTLS_1_2), random, vector(1), number(2, ECDHE_ECDSA), number(1, 0),
    vector(2,
      FORMATS, srtpExtension([SRTP_PROFILES.find(([, name]) => name === suite)![0]]),
      ...(extendedMasterSecret ? [extension(EXTENDED_MASTER_SECRET, Buffer.alloc(0))] : []), EMPTY_RENEGOTIATION),
  ])
}

/** Undefined when it chose what we did not offer. */
export function readServerHello(body: Buffer): Hello | undefined {
  const reader = new Reader(body)
  const version = reader.number(2)
  const random = reader.take(32)
  reader.vector(1)
  const cipher = reader.number(2)
  reader.number(1)
  const extensions = readExtensions(reader)
  const profiles = srtpProfiles(extensions)
  const found = SRTP_PROFILES.find(([id]) => profiles.length === 1 && profiles[0] === id)
  if (version !== DTLS_1_2 || (cipher !== ECDHE_ECDSA && cipher !== ECDHE_RSA) || found === undefined) return undefined
  return { random, suite: found[1], extendedMasterSecret: extensions.has(EXTENDED_MASTER_SECRET) }
}

export function readCookie(body: Buffer): Buffer {
  const reader = new Reader(body)
  reader.number(2)
  return reader.vector(1)
}

export function certificate(der: Buffer): Buffer {
  return vector(3, vector(3, der))
}

/** The peer's own certificate; the rest of a chain proves nothing here. */
export function readCertificate(body: Buffer): Buffer {
  const certificates = new Reader(new Reader(body).vector(3))
  if (certificates.left === 0) throw new Malformed('the peer shows no certificate')
  return certificates.vector(3)
}

/** Our point, as the server; it is signed together with both randoms (RFC 8422 §5.4). */
export function serverPoint(point: Buffer): Buffer {
  return Buffer.concat([number(1, 3), number(2, P256), vector(1, point)])
}

export function signed(signature: Buffer): Buffer {
  return Buffer.concat([number(2, ECDSA_P256_SHA256), vector(2, signature)])
}

export interface Signature {
  algorithm: number
  bytes: Buffer
}

export function readSigned(reader: Reader): Signature {
  return { algorithm: reader.number(2), bytes: reader.vector(2) }
}

export function readServerKeyExchange(body: Buffer): { params: Buffer; point: Buffer; signature: Signature } {
  const reader = new Reader(body)
  if (reader.number(1) !== 3 || reader.number(2) !== P256) throw new Malformed('a curve that was not offered')
  const point = reader.vector(1)
  return { params: body.subarray(0, body.length - reader.left), point, signature: readSigned(reader) }
}

/** Signing certificates, ECDSA and RSA, of whatever authority. */
export function certificateRequest(): Buffer {
  return Buffer.concat([vector(1, Buffer.from([64, 1])), list(2, SIGNATURES), vector(2)])
}

export function clientPoint(point: Buffer): Buffer {
  return vector(1, point)
}

export function readClientPoint(body: Buffer): Buffer {
  return new Reader(body).vector(1)
}

function numbers(bytes: Buffer): number[] {
  const reader = new Reader(bytes)
  const found: number[] = []
  while (reader.left >= 2) found.push(reader.number(2))
  return found
}

function readExtensions(reader: Reader): Map<number, Buffer> {
  const found = new Map<number, Buffer>()
  if (reader.left === 0) return found
  const all = new Reader(reader.vector(2))
  while (all.left > 0) found.set(all.number(2), all.vector(2))
  return found
}

function srtpProfiles(extensions: ReadonlyMap<number, Buffer>): number[] {
  const body = extensions.get(USE_SRTP)
  return body === undefined ? [] : numbers(new Reader(body).vector(2))
}
