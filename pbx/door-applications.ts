/** Numbers whose calls a program decides, as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { OutsideCalls } from './door-trunks.ts'
import type { Kept } from './door-kept.ts'

/** A number whose calls a program of the tenant's decides: it is asked by webhook and answers with verbs. */
export interface Application {
  id: string
  number: string
  name: string
  /** Where the program is asked, by POST. */
  url: string
  /** Milliseconds until its whole answer must be here, 500 to 10,000. */
  answerMs: number
  /** What is dialled for the caller when it does not answer, or answers what cannot be carried out. */
  fallback: string
  /** Where outside the program may have calls put through. */
  outsideCalls: OutsideCalls
  /** It has a secret that somebody was shown. */
  hasSecret: boolean
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type ApplicationInput = Pick<Application, 'number' | 'name' | 'url' | 'fallback'> & Partial<Pick<Application, 'answerMs' | 'outsideCalls' | 'enabled'>>

/** What a program was asked and what it said, with no call. */
export interface ApplicationTrial {
  /** JSON, as it was sent. */
  asked: string
  /** Null: nothing came back. */
  status: number | null
  ms: number
  /** What it answered, as far as it was read. */
  answer: string
  /** What would be done, a phrase a verb. */
  verbs: string[]
  /** Why it would not be; null: nothing is wrong. */
  problem: string | null
}

export interface Applications extends Kept<Application, ApplicationInput> {
  /** A new secret, shown this once; the former one signs no more. */
  renewSecret(actor: Actor, id: string): Promise<string>
  /** Asks the program about a call that is none. */
  tryOut(actor: Actor, id: string): Promise<ApplicationTrial>
}
