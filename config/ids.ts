import { randomBytes, randomUUID } from 'node:crypto'

/** A new random identifier (UUID v4, RFC 9562), the key of every table. */
export function newId(): string {
  return randomUUID()
}

/** `bytes` random bytes as URL-safe text without padding; 16 bytes give 22 characters. */
export function randomToken(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

// No 0/O, 1/l/I: these are read aloud and typed on phones. 54 characters, 5.75 bits each.
const LEGIBLE = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A random password a person can copy by hand; 20 characters carry 115 bits. */
export function legiblePassword(length: number): string {
  let out = ''
  while (out.length < length) {
    for (const byte of randomBytes(length)) {
      // Rejection sampling keeps every character equally likely.
      if (byte < LEGIBLE.length * 4 && out.length < length) out += LEGIBLE[byte % LEGIBLE.length]
    }
  }
  return out
}
