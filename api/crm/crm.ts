/** What every CRM is asked for, and how it says that it cannot. */
import type { Guard } from '../../config/outbound/guard.ts'
import { send } from '../../config/outbound/send.ts'
import type { CallNote } from './call-note.ts'
import type { NamedRecord } from './records.ts'

/** Whether it will be logged at all. */
export type Logged =
  /** It is there. */
  | { kind: 'logged'; recordId: string; recordUrl: string | null }
  /** Nothing was to be logged, and why. */
  | { kind: 'left'; why: string }

export interface Account {
  /** As people know it. */
  name: string
  /** What the address of a record begins with. */
  recordBase: string
}

/** What is known of a call that is to be logged. */
export interface Entry {
  note: CallNote
  /** Null: it cannot be looked up. */
  e164: string | null
  /** Of numbers that name no country. */
  country: string
  unknown: 'leave' | 'create'
  /** What the CRM is said to have made of the call itself, while it went on. */
  record: NamedRecord | undefined
  /** Page of the call in the panel. */
  link: string | null
  /** It was tried before, and may be there. */
  again: boolean
  recordBase: string
  /** Whose call it is, as far as an earlier try has found out. */
  contactIds: string[]
  /** The contact that was made for this number a short while ago, which a search may not find yet. */
  madeBefore(): Promise<string | undefined>
  /** Is written down before it goes on. @param made it was made for this call */
  remember(contactIds: string[], made: boolean): Promise<void>
}

export interface Crm {
  account(): Promise<Account>
  /** Asks for what logging needs, without writing anything. */
  check(): Promise<void>
  log(entry: Entry): Promise<Logged>
}

/** What a CRM answers when it does not do what it is asked for. */
export class CrmProblem extends Error {
  readonly status: number | null
  /** Seconds. */
  readonly retryAfter: number | null
  /** It does not take the credentials, or they allow too little: nothing else will be taken either. */
  readonly credentials: boolean
  readonly ms: number

  constructor(message: string, { status = null, retryAfter = null, credentials = false, ms = 0 }: Partial<Pick<CrmProblem, 'status' | 'retryAfter' | 'credentials' | 'ms'>> = {}) {
    super(message)
    this.name = 'CrmProblem'
    this.status = status
    this.retryAfter = retryAfter
    this.credentials = credentials
    this.ms = ms
  }
}

type Json = Record<string, unknown>

export interface Client {
  /** @throws CrmProblem */
  ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown, headers?: Record<string, string>): Promise<Json>
}

const ANSWER_MS = 20_000
const MOST = 1_000_000
const SHOWN = 300

/**
 * @param words of the CRM: its name, what to say where it does not take the credentials, and its own words in an answer
 * @param secret is never repeated, also if it is in an answer
 */
export function createClient(options: { guard: Guard; address: string; headers: Record<string, string>; secret: string; words: { name: string; refused: string; forbidden: string; said(answer: Json): string | undefined } }): Client {
  const { guard, address, headers, secret, words } = options
  return {
    async ask(method, path, body, more = {}) {
      const sent = await send(guard, { url: new URL(path, address), method, headers: { 'User-Agent': 'Dialplane', Accept: 'application/json', ...headers, ...more }, ...(body !== undefined && { body: JSON.stringify(body) }), answerMs: ANSWER_MS, most: MOST })
      const { status, error, retryAfter, ms, text } = sent
      const answer = parse(text)
      if (error === null && answer !== undefined) return answer
      const facts = { status, retryAfter, ms }
      if (error === null) throw new CrmProblem(`${words.name} answered ${status} with something that is not JSON. Is ${address} its address?`, { ...facts, status: null })
      if (status === null) throw new CrmProblem(error, facts)
      const said = (answer && words.said(answer)) ?? text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
      const shown = said.replaceAll(secret, '…').trim().slice(0, SHOWN)
      const cause = `${words.name} answered ${status}${shown === '' ? '' : `: ${shown}`}`
      if (status === 401 || status === 403) throw new CrmProblem(`${words.name} answered ${status}. ${status === 401 ? words.refused : words.forbidden}${shown === '' ? '' : ` It says: ${shown}`}`, { ...facts, credentials: true })
      throw new CrmProblem(cause, facts)
    },
  }
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Json) : undefined
  } catch {
    return undefined
  }
}
