import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** What the password alone opens: the question for the code, or the set-up of a second factor that is required. Never a session. */
export type ChallengeFor = 'code' | 'enrolment'

const LIFE_MS = { code: 5 * 60_000, enrolment: 15 * 60_000 } as const

const Content = z.strictObject({ for: z.enum(['code', 'enrolment']), user: z.uuid(), until: z.number(), password: z.string() })

/** The password it was given for: when that changes, the challenge opens nothing. */
const passwordMark = (passwordHash: string): string => createHash('sha256').update(passwordHash).digest('base64url').slice(0, 22)

const sign = (key: Buffer, content: string): Buffer => createHmac('sha256', key).update(content).digest()

/** A proof, good for a few minutes, that this person gave the right password. */
export function newChallenge(key: Buffer, purpose: ChallengeFor, user: { id: string; password_hash: string }, now: number): string {
  const content = Buffer.from(JSON.stringify({ for: purpose, user: user.id, until: now + LIFE_MS[purpose], password: passwordMark(user.password_hash) })).toString('base64url')
  return `${content}.${sign(key, content).toString('base64url')}`
}

export interface OpenedChallenge {
  userId: string
  /** Whether it was given for this password. */
  fits(passwordHash: string): boolean
}

/** What the challenge proves; undefined when it is not ours, is for something else, or is too old. */
export function openChallenge(key: Buffer, purpose: ChallengeFor, challenge: string, now: number): OpenedChallenge | undefined {
  const [content = '', signature = ''] = challenge.split('.')
  const given = Buffer.from(signature, 'base64url')
  const right = sign(key, content)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const { data } = Content.safeParse(JSON.parse(Buffer.from(content, 'base64url').toString()))
  if (data === undefined || data.for !== purpose || data.until <= now) return undefined
  return { userId: data.user, fits: (passwordHash) => data.password === passwordMark(passwordHash) }
}
