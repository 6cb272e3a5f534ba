/** The certificate that browsers and phones know us by, through its fingerprint in SDP (RFC 8122); made anew at every start. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { Fingerprint } from '../sdp/index.ts'

export interface MediaCertificate {
  /** DER. */
  certificate: Uint8Array
  /** PEM. Never told. */
  key: string
  fingerprint: Fingerprint
}

const YEAR_MS = 365 * 86_400_000

/** Bytes of ASN.1 by DER (ITU-T X.690): a tag, a length, what is in it. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length = body.length < 0x100 ? Buffer.from([0x81, body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 0xff])
  return Buffer.concat([Buffer.from([tag]), length, body])
}

const SEQUENCE = 0x30
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
const COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'))

/** UTCTime; a year of four figures only begins in 2050. */
function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`))
}

/** Self-signed, ECDSA on P-256 with SHA-256. What matters of it is the key and the fingerprint; names and dates nobody looks at. */
export function createMediaCertificate(now = Date.now()): MediaCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const name = der(SEQUENCE, der(0x31, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from('dialplane')))))
  const serial = randomBytes(8)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const body = der(SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, serial), ECDSA_WITH_SHA256, name,
    der(SEQUENCE, time(now - 86_400_000), time(now + YEAR_MS * 10)), name, publicKey.export({ type: 'spki', format: 'der' }))
  const certificate = der(SEQUENCE, body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)))
  const digest = createHash('sha256').update(certificate).digest('hex').toUpperCase()
  return {
    certificate: new Uint8Array(certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: { hash: 'sha-256', value: digest.match(/../g)!.join(':') },
  }
}
