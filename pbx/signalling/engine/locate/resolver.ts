/** What the DNS says about a name: kept as long as it may be (RFC 1035 §3.2.1, RFC 2308), asked for once when several want to know. */
import { createCache } from './cache.ts'
import { ALIASES_MAX, type DnsRecord, type Kind } from './records.ts'
import type { Told } from './ask.ts'

export interface Answer {
  /** Empty when there are none, or nobody could tell. */
  records: DnsRecord[]
  /** Milliseconds since the epoch; in the past when the answer may not be kept. */
  until: number
  /** Why nobody could tell. */
  failure: string | undefined
}

export interface DnsResolver {
  /** Never rejects. */
  resolve(name: string, kind: Kind): Promise<Answer>
  /** The next question about the name, or one below it, goes to the name servers. */
  forget(name: string): void
  readonly size: number
}

/** A question nobody could answer is not asked again for this time (RFC 2308 §7 allows five minutes). */
const FAILURE_MS = 5000

export interface ResolverOptions {
  ask: (question: { name: string; kind: Kind }) => Promise<Told>
  now: () => number
  /** Answers kept. */
  bound: number
  /** Questions on the way at once. */
  atOnce: number
}

export function createResolver({ ask, now, bound, atOnce }: ResolverOptions): DnsResolver {
  const cache = createCache<Answer>(bound, now)
  const asked = new Map<string, Promise<Answer>>()

  /** Follows aliases that lead out of what one reply says. */
  const inquire = async (name: string, kind: Kind): Promise<Answer> => {
    let until = Infinity
    let current = name
    for (let aliases = 0; aliases <= ALIASES_MAX; aliases++) {
      const told = await ask({ name: current, kind })
      if (told.kind === 'failed') return { records: [], until: now() + FAILURE_MS, failure: told.reason }
      until = Math.min(until, now() + told.ttl * 1000)
      if (told.kind !== 'alias') return { records: told.kind === 'found' ? told.records : [], until, failure: undefined }
      current = told.name
    }
    return { records: [], until: now() + FAILURE_MS, failure: `the aliases of ${name} have no end` }
  }

  return {
    resolve(name, kind) {
      const key = `${kind} ${name}`
      const known = cache.get(key)
      if (known !== undefined) return Promise.resolve(known.value)
      const waiting = asked.get(key)
      if (waiting !== undefined) return waiting
      if (asked.size >= atOnce) return Promise.resolve({ records: [], until: 0, failure: 'too many names are being looked up' })
      const answer = inquire(name, kind).then((found) => {
        asked.delete(key)
        cache.set(key, found, found.until)
        return found
      })
      asked.set(key, answer)
      return answer
    },
    forget(name) {
      for (const key of cache.keys()) if (key.endsWith(` ${name}`) || key.endsWith(`.${name}`)) cache.delete(key)
    },
    get size() {
      return cache.size
    },
  }
}
