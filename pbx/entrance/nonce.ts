import { hash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../config/clock.ts'

/** Nonces whose counts are remembered, per generation. */
const MOST_NONCES = 100_000
/** Time in base 36 (enough until the year 5188), 48 random bits in hex, 96 bits of the proof in base64url. */
const TIME = 9
const BODY = TIME + 12
const NONCE = /^[0-9a-z]{9}[0-9a-f]{12}[\w-]{16}$/

export interface Nonces {
  issue(realm: string): string
  /**
   * Whether a nonce is one of ours, young enough, and its count was not used before. Remembers the
   * count, so call it once for each right answer, and only then: strangers must not fill the memory.
   */
  spend(nonce: string, realm: string, nc: string): boolean
  /** The engine has spent this one (`pbx/lane`). */
  note(nonce: string, nc: string): void
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
  // HMAC as two keyed hashes (NMAC, a block of key each): text in and text out costs a quarter of Node's Hmac object.
  const [inner, outer] = ['inner', 'outer'].map((part) => hash('sha256', `${options.key.toString('hex')}${part}`, 'hex'))
  const lifetime = options.seconds * 1000
  const most = options.most ?? MOST_NONCES
  // Two generations: a nonce outlives neither, so its count is known as long as it can be used.
  let current = new Map<string, number>()
  let previous = new Map<string, number>()
  let turnedAt = clock.now()
  /** Counts of nonces from before this moment were forgotten; those are not accepted any more. */
  let knownSince = 0

  const sign = (body: string, realm: string): string => hash('sha256', outer + hash('sha256', inner + body + realm, 'hex'), 'base64url').slice(0, 16)
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
      // Node draws UUIDs from a pool; the last group is all random.
      const body = Math.floor(clock.now()).toString(36).padStart(TIME, '0') + randomUUID().slice(-12)
      return body + sign(body, realm)
    },
    spend(nonce, realm, nc) {
      if (!NONCE.test(nonce) || !/^[0-9a-f]{8}$/i.test(nc)) return false
      const body = nonce.slice(0, BODY)
      if (!timingSafeEqual(Buffer.from(sign(body, realm)), Buffer.from(nonce.slice(BODY)))) return false
      const now = clock.now()
      const issuedAt = parseInt(body.slice(0, TIME), 36)
      // A little ahead is the clock having been set back.
      if (now - issuedAt > lifetime || issuedAt - now > lifetime) return false
      turn(now)
      if (issuedAt < knownSince) return false
      const count = parseInt(nc, 16)
      if (count <= (current.get(nonce) ?? previous.get(nonce) ?? 0)) return false
      current.set(nonce, count)
      return true
    },
    note(nonce, nc) {
      turn(clock.now())
      const count = parseInt(nc, 16)
      if (count > (current.get(nonce) ?? previous.get(nonce) ?? 0)) current.set(nonce, count)
    },
    get remembered() {
      return current.size + previous.size
    },
  }
}
