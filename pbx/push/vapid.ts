/** The key that push services know this installation by (RFC 8292). */
import { createECDH, createHash } from 'node:crypto'

export interface VapidKeys {
  /** Base64url, as browsers and `web-push` take them. */
  publicKey: string
  privateKey: string
}

/** The same after every restart, since browsers send only what is signed with the key they were told. @param seed 32 bytes */
export function vapidKeysFrom(seed: Buffer): VapidKeys {
  for (let scalar = seed; ; scalar = createHash('sha256').update(scalar).digest()) {
    const pair = createECDH('prime256v1')
    try {
      pair.setPrivateKey(scalar)
    } catch {
      // One of 2^32 is no key of this curve.
      continue
    }
    return { publicKey: pair.getPublicKey('base64url'), privateKey: pair.getPrivateKey('base64url').padStart(43, 'A') }
  }
}
