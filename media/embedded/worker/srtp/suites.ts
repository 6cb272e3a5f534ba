/** The protection profiles we carry (RFC 3711, RFC 4568 §6.2, RFC 7714), and the keys of a session derived from the master. */
import { createCipheriv } from 'node:crypto'
import type { SrtpKey, SrtpSuite } from '../../../sdp/types.ts'

export interface Profile {
  readonly keyBytes: 16 | 32
  readonly saltBytes: 12 | 14
  readonly authenticated: 'hmac' | 'gcm'
  /** Bytes behind an RTP packet; SRTCP by HMAC always has ten (RFC 4568 §6.2.2). */
  readonly tagBytes: number
}

export const profiles: Readonly<Record<SrtpSuite, Profile>> = {
  AES_CM_128_HMAC_SHA1_80: { keyBytes: 16, saltBytes: 14, authenticated: 'hmac', tagBytes: 10 },
  AES_CM_128_HMAC_SHA1_32: { keyBytes: 16, saltBytes: 14, authenticated: 'hmac', tagBytes: 4 },
  AEAD_AES_128_GCM: { keyBytes: 16, saltBytes: 12, authenticated: 'gcm', tagBytes: 16 },
  AEAD_AES_256_GCM: { keyBytes: 32, saltBytes: 12, authenticated: 'gcm', tagBytes: 16 },
}

export interface SessionKeys {
  cipher: Buffer
  auth: Buffer
  salt: Buffer
}

const AUTH_BYTES = 20
/** Labels of RFC 3711 §4.3.1; SRTCP's are three higher. */
const LABEL_CIPHER = 0
const LABEL_AUTH = 1
const LABEL_SALT = 2
const RTCP_LABELS = 3

/** Session keys for RTP or RTCP (RFC 3711 §4.3, with a key derivation rate of 0). */
export function deriveKeys({ suite, key, salt }: SrtpKey, rtcp: boolean): SessionKeys {
  const { keyBytes, saltBytes } = profiles[suite]
  const first = rtcp ? RTCP_LABELS : 0
  return {
    cipher: derive(key, salt, first + LABEL_CIPHER, keyBytes),
    auth: derive(key, salt, first + LABEL_AUTH, AUTH_BYTES),
    salt: derive(key, salt, first + LABEL_SALT, saltBytes),
  }
}

/** The generator of RFC 3711 §4.3.3. A salt of 96 bits is filled up on the right (RFC 7714 §11). */
function derive(key: Uint8Array, salt: Uint8Array, label: number, length: number): Buffer {
  const iv = Buffer.alloc(16)
  iv.set(salt)
  iv[7]! ^= label
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, iv)
  return cipher.update(Buffer.alloc(length))
}
