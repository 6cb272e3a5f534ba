import { createHmac, randomInt } from 'node:crypto'

export const RECOVERY_CODES = 10

// Without 0, 1, I, L, O: they are read from paper.
const LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** About 50 random bits, in two groups of five. */
function newCode(): string {
  const letters = Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return `${letters.slice(0, 5)}-${letters.slice(5)}`
}

export const newRecoveryCodes = (): string[] => Array.from({ length: RECOVERY_CODES }, newCode)

/** Keyed: without the master key the database alone does not allow guessing. Written with or without the dash, in any case. */
export function recoveryHash(key: Buffer, userId: string, code: string): Buffer {
  return createHmac('sha256', key).update(`${userId}\n${code.toUpperCase().replace(/[^A-Z0-9]/g, '')}`).digest()
}
