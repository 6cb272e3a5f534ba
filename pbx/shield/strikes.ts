import type { BanReason } from '../events/catalogue.ts'

/** How many of a kind a network may make at once, and the seconds after which it may make one more. */
export interface Patience {
  most: number
  secondsEach: number
}

export type StrikeReason = Exclude<BanReason, 'by-hand'>

/**
 * Patience with mistakes: a phone with an old password asks every half minute or so, one with a wrong domain likewise;
 * a tool for guessing does so many times a second. Nobody is a scanner or floods by mistake.
 */
export const PATIENCE: Readonly<Record<StrikeReason, Patience>> = {
  scanner: { most: 1, secondsEach: 60 },
  flood: { most: 1, secondsEach: 60 },
  garbage: { most: 20, secondsEach: 10 },
  'unknown-domain': { most: 10, secondsEach: 10 },
  'wrong-passwords': { most: 20, secondsEach: 3 },
}

/** Networks remembered; the one that struck first is forgotten first. */
const MOST_NETWORKS = 20_000

export interface StrikeBook {
  /** @returns whether patience has ended with this strike: the next would be one too many */
  strike(network: string, reason: StrikeReason, count: number, now: number): boolean
  /** Forgets what a network did. */
  forget(network: string): void
  /** Forgets those that behaved for long enough. */
  sweep(now: number): void
  readonly size: number
}

/** Counts what networks do wrong: a token bucket for each and each reason. */
export function createStrikeBook(patience: Readonly<Record<StrikeReason, Patience>> = PATIENCE): StrikeBook {
  const networks = new Map<string, Map<StrikeReason, { left: number; at: number }>>()
  return {
    strike(network, reason, count, now) {
      const { most, secondsEach } = patience[reason]
      let buckets = networks.get(network)
      if (!buckets) {
        if (networks.size >= MOST_NETWORKS) networks.delete(networks.keys().next().value as string)
        networks.set(network, (buckets = new Map()))
      }
      const bucket = buckets.get(reason) ?? { left: most, at: now }
      bucket.left = Math.min(most, bucket.left + (now - bucket.at) / 1000 / secondsEach) - count
      bucket.at = now
      buckets.set(reason, bucket)
      return bucket.left < 1
    },
    sweep(now) {
      for (const [network, buckets] of networks) {
        for (const [reason, { left, at }] of buckets) if (left + (now - at) / 1000 / patience[reason].secondsEach >= patience[reason].most) buckets.delete(reason)
        if (buckets.size === 0) networks.delete(network)
      }
    },
    forget: (network) => void networks.delete(network),
    get size() {
      return networks.size
    },
  }
}
