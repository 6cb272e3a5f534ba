/** How much each address sends: token buckets in bounded memory. */

interface Bucket {
  tokens: number
  at: number
  burst: number
  perSecond: number
}

/** Addresses remembered; the one first seen is forgotten first, and with it that it sent much. About 5 MB. */
const MOST = 50_000

export interface Meter {
  /** @returns false when the address has used up what it may send */
  take(network: string, cost: number, burst: number, perSecond: number, now: number): boolean
  /** Forgets buckets that are full again. */
  sweep(now: number): void
  forget(network: string): void
  readonly size: number
}

function refilled({ tokens, at, perSecond }: Bucket, now: number): number {
  return tokens + ((now - at) / 1000) * perSecond
}

export function createMeter(most = MOST): Meter {
  const buckets = new Map<string, Bucket>()
  return {
    take(network, cost, burst, perSecond, now) {
      let bucket = buckets.get(network)
      if (bucket === undefined) {
        if (buckets.size >= most) buckets.delete(buckets.keys().next().value as string)
        bucket = { tokens: burst, at: now, burst, perSecond }
        buckets.set(network, bucket)
      }
      bucket.tokens = Math.min(burst, refilled(bucket, now))
      bucket.at = now
      bucket.burst = burst
      bucket.perSecond = perSecond
      if (bucket.tokens < cost) return false
      bucket.tokens -= cost
      return true
    },
    sweep(now) {
      for (const [network, bucket] of buckets) if (refilled(bucket, now) >= bucket.burst) buckets.delete(network)
    },
    forget: (network) => void buckets.delete(network),
    get size() {
      return buckets.size
    },
  }
}
