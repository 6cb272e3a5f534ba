import { hash, verify } from '@node-rs/argon2'
import { randomToken } from '../../config/ids.ts'
import { Refusal } from '../../config/errors.ts'
import type { Passwords } from '../http/world.ts'
import { isCommonPassword } from './common-passwords.ts'

/** argon2id at the first recommendation of OWASP that fits 19 MiB; the library's default algorithm is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashing runs on libuv's four threads: two are left for files and names. */
const AT_ONCE = 2
const WAITING_MAX = 50

/** Password hashing for this process. A flood of sign-ins waits here instead of starving the rest. */
export async function createPasswords(): Promise<Passwords> {
  let running = 0
  const waiting: (() => void)[] = []

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_MAX) throw new Refusal('unavailable', 'Too many people sign in at once. Try again in a moment.', { retryAfter: 2 })
      await new Promise<void>((resume) => waiting.push(resume))
    } else running += 1
    try {
      return await work()
    } finally {
      // The turn is handed on without being given back, so that nobody slips in between.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  const nobody = await hash(randomToken(32), COST)
  return {
    hash: (plain) => inTurn(() => hash(plain, COST)),
    verify: (stored, plain) =>
      inTurn(async () => {
        // Empty: a person without a password.
        const known = stored !== undefined && stored !== ''
        const matches = await verify(known ? stored : nobody, plain)
        return matches && known
      }),
  }
}

/** Refuses `unprocessable` a password that is easy to guess for this person. */
export function checkPasswordPolicy(password: string, person: { email: string; name: string }): void {
  const given = password.toLowerCase().trim()
  const email = person.email.toLowerCase()
  const own = [email, email.split('@')[0] ?? '', person.name.toLowerCase(), person.name.toLowerCase().replaceAll(' ', '')]
  const wrong = own.includes(given)
    ? 'must not be your name or e-mail address'
    : isCommonPassword(given)
      ? 'is among the first that are tried; use several words or a password manager'
      : undefined
  if (wrong) throw new Refusal('unprocessable', `The password ${wrong}.`, { details: [{ field: 'password', message: wrong }] })
}
