import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readNote, writeNote } from '../signed-note.ts'

/** What the password alone opens: the question for the code, or the set-up of a second factor that is required. Never a session. */
export type ChallengeFor = 'code' | 'enrolment'

const LIFE_MS = { code: 5 * 60_000, enrolment: 15 * 60_000 } as const

const Content = z.strictObject({ for: z.enum(['code', 'enrolment']), user: z.uuid(), until: z.number(), password: z.string() })

/** The password it was given for: when that changes, the challenge opens nothing. */
const passwordMark = (passwordHash: string): string => createHash('sha256').update(passwordHash).digest('base64url').slice(0, 22)

/** A proof, good for a few minutes, that this person gave the right password. */
export function newChallenge(key: Buffer, purpose: ChallengeFor, user: { id: string; password_hash: string }, now: number): string {
  return writeNote(key, { for: purpose, user: user.id, until: now + LIFE_MS[purpose], password: passwordMark(user.password_hash) })
}

export interface OpenedChallenge {
  userId: string
  /** Whether it was given for this password. */
  fits(passwordHash: string): boolean
}

/** What the challenge proves; undefined when it is not ours, is for something else, or is too old. */
export function openChallenge(key: Buffer, purpose: ChallengeFor, challenge: string, now: number): OpenedChallenge | undefined {
  const data = readNote(key, Content, challenge, now)
  if (data?.for !== purpose) return undefined
  return { userId: data.user, fits: (passwordHash) => data.password === passwordMark(passwordHash) }
}
