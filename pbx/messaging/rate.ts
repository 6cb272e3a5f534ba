/** How many messages each sender may send: a token bucket that fills within a minute. */
export interface Rate {
  /** False when this sender has sent too many. */
  take(sender: string, perMinute: number): boolean
}

/** Senders that are remembered; the longest silent is forgotten first. */
const KEPT = 20_000

/** @param now milliseconds of any clock */
export function createRate(now: () => number): Rate {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(sender, perMinute) {
      const at = now()
      const before = buckets.get(sender)
      const left = before ? Math.min(perMinute, before.left + ((at - before.at) / 60_000) * perMinute) : perMinute
      // Set anew, so that the order is that of use.
      buckets.delete(sender)
      buckets.set(sender, { left: left >= 1 ? left - 1 : left, at })
      const oldest = buckets.size > KEPT ? buckets.keys().next().value : undefined
      if (oldest !== undefined) buckets.delete(oldest)
      return left >= 1
    },
  }
}
