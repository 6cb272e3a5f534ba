/** What strangers publish, fetched from where they say, and kept for as long as they allow: certificates of callers, and lists of those that were revoked. */
import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { messageOf } from '../../config/errors.ts'
import { createNetworkSet } from '../../config/network-set.ts'
import { get } from '../../config/outbound/get.ts'
import { bareHost, createGuard } from '../../config/outbound/guard.ts'
import { readPem } from './certificate.ts'
import { readRevocationList, type RevocationList } from './revocation.ts'

/** Or why there is none, as the end of a sentence. `dead`: nobody answered, so nothing is known. */
export type Found<T> = { value: T } | { trouble: string; dead: boolean }

export interface PublishedStore<T> {
  /** Never rejects, and takes some seconds at most. */
  find(url: string): Promise<Found<T>>
}

/** A chain, the certificate for calls first. */
export type CertificateStore = PublishedStore<readonly X509Certificate[]>
export type RevocationStore = PublishedStore<RevocationList>

interface StoreOptions {
  /** Private networks that the operator opens (STIR_NETWORKS): an address in them, written as numbers, may also be reached without TLS and at any port. */
  networks: readonly string[]
  /** Milliseconds since the epoch. */
  now: () => number
  /** PEM, for tests. */
  ca?: string
  answerMs?: number
}

/** Several certificates are less, and what is large takes long to read. */
export const createCertificateStore = (options: StoreOptions): CertificateStore =>
  createStore(options, { mostBytes: 20_000, accept: 'application/pem-certificate-chain, application/x-pem-file, */*;q=0.5', read: (body) => readPem(body.toString()) })

/** A list that is larger takes too long to read, and none of calls is. */
export const createRevocationStore = (options: StoreOptions): RevocationStore =>
  createStore(options, { mostBytes: 100_000, accept: 'application/pkix-crl, */*;q=0.5', read: readRevocationList })

const FETCH_MS = 5_000
const MOST_KEPT = 1_000
/** Names that are looked up hold a thread of this process meanwhile. */
const MOST_AT_ONCE = 8
const USUAL_SECONDS = 3_600
const LONGEST_SECONDS = 86_400
/** A server that does not answer costs one call its time, and not all that follow. */
const DEAD_SECONDS = 30

/** @param read throws what is wrong with it, as the end of a sentence */
function createStore<T>({ networks, now, ca, answerMs = FETCH_MS }: StoreOptions, { mostBytes, accept, read }: { mostBytes: number; accept: string; read: (body: Buffer) => T }): PublishedStore<T> {
  const guard = createGuard(networks, { what: 'certificates of callers are fetched from', setting: 'STIR_NETWORKS' })
  const opened = createNetworkSet(networks)
  const kept = new Map<string, { until: number; found: Promise<Found<T>> }>()
  let fetching = 0
  const isOpened = ({ hostname }: URL): boolean => isIP(bareHost(hostname)) !== 0 && opened.covering(bareHost(hostname)) !== undefined

  const fetch = async (url: URL, entry: { until: number }): Promise<Found<T>> => {
    const { body, status, error, forbidden, maxAge } = await get(guard, url, { answerMs, mostBytes, agent: 'Dialplane', accept, ca })
    const keep = (seconds: number): void => void (entry.until = now() + seconds * 1000)
    if (error !== null) {
      keep(DEAD_SECONDS)
      return { trouble: error, dead: !forbidden && (status === null || status >= 500) }
    }
    try {
      const value = read(body)
      keep(Math.min(maxAge ?? USUAL_SECONDS, LONGEST_SECONDS))
      return { value }
    } catch (problem) {
      keep(DEAD_SECONDS)
      return { trouble: messageOf(problem), dead: false }
    }
  }

  return {
    async find(text) {
      const url = readUrl(text, isOpened)
      if (typeof url === 'string') return { trouble: url, dead: false }
      const known = kept.get(url.href)
      if (known && known.until > now()) return known.found
      if (fetching >= MOST_AT_ONCE) return { trouble: 'too many others are being fetched', dead: true }
      const entry = { until: Infinity, found: Promise.resolve<Found<T>>({ trouble: '', dead: true }) }
      fetching += 1
      entry.found = fetch(url, entry).finally(() => (fetching -= 1))
      kept.delete(url.href)
      kept.set(url.href, entry)
      for (const [oldest] of kept) {
        if (kept.size <= MOST_KEPT) break
        kept.delete(oldest)
      }
      return entry.found
    },
  }
}

/** The address; a sentence's end when nothing is fetched from there (ATIS-1000074 §5.3.1). */
function readUrl(text: string, isOpened: (url: URL) => boolean): URL | string {
  const url = URL.parse(text)
  if (!url || text.length > 500) return 'its address cannot be read'
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return 'its address has a user name, a question mark or a #'
  if (isOpened(url)) return url.protocol === 'https:' || url.protocol === 'http:' ? url : 'its address does not begin with https://'
  if (url.protocol !== 'https:') return 'its address does not begin with https://'
  return url.port === '' || url.port === '8443' ? url : 'its address has a port other than 443 and 8443'
}
