/** Unpredictable tokens: tags, branches and Call-IDs (RFC 3261 §19.3 asks for 32 random bits; these carry 64 or more). */
import { randomFillSync, randomUUID } from 'node:crypto'

const pool = Buffer.allocUnsafe(8192)
let used = pool.length

/** Lower-case hex of `bytes` random bytes. One call to the generator serves hundreds of tokens. */
export function randomToken(bytes = 8): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const token = pool.toString('hex', used, used + bytes)
  used += bytes
  return token
}

/** A UUID v4: message, transaction ids of the control wire. */
export function uuid(): string {
  return randomUUID()
}
