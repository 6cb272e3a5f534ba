import type { Clock } from '../../config/clock.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Step } from './visit.ts'

/** Wrong passwords an address may send at once, and how fast it may again. */
const BURST = 20
const SECONDS_PER_TRY = 3
/** Addresses remembered; the one that failed first is forgotten first. */
const MOST_ADDRESSES = 10_000

interface Bucket {
  tries: number
  at: number
  told: boolean
}

export interface Limiter {
  /** Refuses requests from addresses that guess passwords. */
  step: Step
  /** A wrong password, or an unknown user, came from here. */
  failed(address: string): void
  readonly size: number
}

/**
 * A token bucket per source address for failed authentications: 20 at once, then one every 3 seconds.
 * An address from which a living phone is registered is never limited, however its neighbours behind the same NAT behave.
 */
export function createLimiter(options: { clock: Clock; logger: Logger; isTrusted: (address: string) => boolean }): Limiter {
  const { clock, logger, isTrusted } = options
  const buckets = new Map<string, Bucket>()

  const refill = (bucket: Bucket, now: number): number => {
    bucket.tries = Math.min(BURST, bucket.tries + (now - bucket.at) / 1000 / SECONDS_PER_TRY)
    bucket.at = now
    return bucket.tries
  }
  return {
    step({ request }) {
      const { address } = request.source
      const bucket = buckets.get(address)
      if (!bucket) return
      const tries = refill(bucket, clock.now())
      if (tries >= BURST) buckets.delete(address)
      if (tries >= 1 || isTrusted(address)) return
      if (!bucket.told) logger.warn({ address }, 'too many wrong passwords: requests from this address are refused for a while')
      bucket.told = true
      throw new Refusal('forbidden', 'Too many failed attempts', { retryAfter: SECONDS_PER_TRY })
    },
    failed(address) {
      const now = clock.now()
      const known = buckets.get(address)
      const bucket = known ?? { tries: BURST, at: now, told: false }
      refill(bucket, now)
      bucket.tries = Math.max(0, bucket.tries - 1)
      if (bucket.tries >= 1) bucket.told = false
      if (known) return
      buckets.set(address, bucket)
      const oldest = buckets.size > MOST_ADDRESSES ? buckets.keys().next().value : undefined
      if (oldest !== undefined) buckets.delete(oldest)
    },
    get size() {
      return buckets.size
    },
  }
}
