/** One signed request to an address that a tenant named. */
import type { Guard } from './guard.ts'
import { send, type Sent } from './send.ts'
import { signedHeaders } from './signature.ts'

export interface Letter {
  url: URL
  /** The same when it is sent again. */
  id: string
  /** JSON. */
  body: string
  /** Each signs. */
  secrets: readonly string[]
  agent: string
  /** Milliseconds until the whole answer must be here. */
  answerMs: number
  /** Characters of the answer that are read; a receiver that says more is not waited for. */
  most: number
  signal?: AbortSignal
}

/** Posts the body. Never rejects; redirections are not followed. */
export const post = (guard: Pick<Guard, 'lookup' | 'refuses'>, { id, secrets, agent, body, ...letter }: Letter): Promise<Sent> =>
  send(guard, { ...letter, body, method: 'POST', headers: { 'User-Agent': agent, ...signedHeaders(id, Date.now(), body, secrets) } })
