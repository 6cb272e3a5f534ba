/** Programs that decide calls: what they are asked, and the one request that asks. */
import { post } from '../../config/outbound/post.ts'
import type { Guard } from '../../config/outbound/guard.ts'
import { newId } from '../../config/ids.ts'
import type { SnapshotApplication } from '../directory/types.ts'

/** What became of the verb before, that the program has to know to go on. */
export type ProgramResult =
  | { verb: 'gather'; digits: string; /** `timeout`: too few keys in time, or none. */ end: 'complete' | 'key' | 'timeout' }
  | { verb: 'dial'; to: string; /** As in the termination of a call: `busy`, `no-answer` …; `forbidden`: the program may not */ outcome: string; explanation: string }

/** The body of a question, in JSON. */
export interface ProgramQuestion {
  /** `call`: a call has come. `gathered`, `not-answered`: what it asked for is done. */
  event: 'call' | 'gathered' | 'not-answered'
  application: { id: string; number: string; name: string }
  call: {
    id: string
    /** The same through all transfers. */
    rootId: string
    /** ISO 8601. */
    startedAt: string
    from: { number: string; name: string | null; extensionId: string | null }
    /** What the caller dialled, or the number of a carrier that it came for. */
    dialled: string
    answered: boolean
  }
  result: ProgramResult | null
}

export interface ProgramAnswer {
  /** Null: nothing came back. */
  status: number | null
  /** For people; null: it answered 2xx. */
  error: string | null
  text: string
  ms: number
}

export type AskProgram = (application: SnapshotApplication, question: ProgramQuestion, signal?: AbortSignal) => Promise<ProgramAnswer>

/** So many verbs are never meant. */
const MOST_CHARACTERS = 100_000

/** Requests go past the guard of webhooks and are signed as these are. */
export function createProgramLine(guard: Guard): AskProgram {
  return async ({ url, secret, answerMs }, question, signal) => {
    const { status, error, text, ms } = await post(guard, {
      url: new URL(url), id: newId(), body: JSON.stringify(question), secrets: secret === null ? [] : [secret], agent: 'Dialplane-Calls', answerMs, most: MOST_CHARACTERS, ...(signal && { signal }),
    })
    return { status, error, text, ms }
  }
}
