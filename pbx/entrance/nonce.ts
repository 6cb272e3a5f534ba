import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../config/clock.ts'

/** Nonces whose counts are remembered, per generation. */
const MOST_NONCES = 100_000
const MAC_BYTES = 12
const BODY_BYTES = 12

export interface Nonces {
  issue(realm: string): string
  /**
   * Whether a nonce is one of ours, young enough, and its count was not used before. Remembers the
   * count, so call it once for each right answer, and only then: strangers must not fill the memory.
   */
  spend(nonce: string, realm: string, nc: string): boolean
  readonly remembered: number
}

/**
 * Nonces that carry their own proof (RFC 7616 §3.3): time, randomness, and an HMAC of both and the
 * realm. Nothing is kept for a challenge; for a nonce in use only its highest count is.
 *
 * @param key secret that survives restarts, so that phones need no new challenge after one
 */
export function createNonces(options: { key: Buffer; seconds: number; clock: Clock; most?: number }): Nonces {
  const { clock } = options
  // Made once: a Buffer would be turned into a key object for every signature, which costs five times the hash.
  const key = createSecretKey(options.key)
  const lifetime = options.seconds * 1000
  const most = options.most ?? MOST_NONCES
  // Two generations: a nonce outlives neither, so its count is known as long as it can be used.
  let current = new Map<string, number>()
  let previous = new Map<string, number>()
  let turnedAt = clock.now()
  /** Counts of nonces from before this moment were forgotten; those are not accepted any more. */
  let knownSince = 0

  const sign = (body: Buffer, realm: string): Buffer => createHmac('sha256', key).update(body).update(realm).digest().subarray(0, MAC_BYTES)
  const turn = (now: number): void => {
    if (now - turnedAt < lifetime && current.size < most) return
    // Turned early because there are so many: those forgotten may still be young.
    if (now - turnedAt < lifetime) knownSince = Math.max(knownSince, turnedAt)
    previous = current
    current = new Map()
    turnedAt = now
  }

  return {
    issue(realm) {
      const body = Buffer.alloc(BODY_BYTES)
      body.writeUIntBE(clock.now(), 0, 6)
      randomBytes(BODY_BYTES - 6).copy(body, 6)
      return Buffer.concat([body, sign(body, realm)]).toString('base64url')
    },
    spend(nonce, realm, nc) {
      const bytes = Buffer.from(nonce, 'base64url')
      // The spelling is compared too: base64 can be written in several ways, and each would have counts of its own.
      if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== nonce || !/^[0-9a-f]{8}$/i.test(nc)) return false
      const body = bytes.subarray(0, BODY_BYTES)
      if (!timingSafeEqual(sign(body, realm), bytes.subarray(BODY_BYTES))) return false
      const now = clock.now()
      const issuedAt = body.readUIntBE(0, 6)
      // A little ahead is the clock having been set back.
      if (now - issuedAt > lifetime || issuedAt - now > lifetime) return false
      turn(now)
      if (issuedAt < knownSince) return false
      const count = parseInt(nc, 16)
      if (count <= (current.get(nonce) ?? previous.get(nonce) ?? 0)) return false
      current.set(nonce, count)
      return true
    },
    get remembered() {
      return current.size + previous.size
    },
  }
}
