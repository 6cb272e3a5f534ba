/** The secrets of an association: RFC 5246 §5 and §6.3, RFC 7627, RFC 5705, RFC 5764. */
import { createHash, createHmac } from 'node:crypto'
import type { SrtpKey, SrtpSuite } from '../../../sdp/types.ts'
import { profiles } from '../srtp/suites.ts'

/** The pseudo random function with SHA-256. */
export function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const all = Buffer.concat([Buffer.from(label, 'latin1'), seed])
  const out: Buffer[] = []
  for (let a = all, made = 0; made < length; made += 32) {
    a = createHmac('sha256', secret).update(a).digest()
    out.push(createHmac('sha256', secret).update(a).update(all).digest())
  }
  return Buffer.concat(out).subarray(0, length)
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

export interface Randoms {
  client: Buffer
  server: Buffer
}

/** @param session hash of the handshake up to the client's key, when both sides have the extension of RFC 7627 */
export function masterSecret(shared: Buffer, { client, server }: Randoms, session: Buffer | undefined): Buffer {
  return session === undefined ? prf(shared, 'master secret', Buffer.concat([client, server]), 48) : prf(shared, 'extended master secret', session, 48)
}

export interface RecordKeys {
  key: Buffer
  /** The part of the nonce that does not change. */
  iv: Buffer
}

/** Keys for AES-128-GCM (RFC 5288). */
export function recordKeys(master: Buffer, { client, server }: Randoms): { client: RecordKeys; server: RecordKeys } {
  const block = prf(master, 'key expansion', Buffer.concat([server, client]), 40)
  return {
    client: { key: block.subarray(0, 16), iv: block.subarray(32, 36) },
    server: { key: block.subarray(16, 32), iv: block.subarray(36, 40) },
  }
}

/** The keys for SRTP (RFC 5764 §4.2), by who sends with them. */
export function srtpKeys(master: Buffer, { client, server }: Randoms, suite: SrtpSuite): { client: SrtpKey; server: SrtpKey } {
  const { keyBytes, saltBytes } = profiles[suite]
  const material = prf(master, 'EXTRACTOR-dtls_srtp', Buffer.concat([client, server]), 2 * (keyBytes + saltBytes))
  const salts = material.subarray(2 * keyBytes)
  return {
    client: { suite, key: material.subarray(0, keyBytes), salt: salts.subarray(0, saltBytes) },
    server: { suite, key: material.subarray(keyBytes, 2 * keyBytes), salt: salts.subarray(saltBytes) },
  }
}
