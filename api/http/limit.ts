import type { Clock } from '../../config/clock.ts'
import { Refusal } from '../../config/errors.ts'

export interface Limiter {
  /** Counts one attempt. @throws Refusal `too-many` with the seconds to wait */
  take(key: string): void
  /** The attempts of `key` turned out well: count from the start. */
  forget(key: string): void
  /** One attempt of `key` turned out well and does not count; those before it still do. */
  giveBack(key: string): void
}

export interface LimiterOptions {
  clock: Clock
  /** Attempts within `windowMs` before the first lock. */
  allowed: number
  windowMs: number
  /** Length of the first lock; each further one is twice as long, up to `lockMaxMs`. */
  lockMs: number
  lockMaxMs: number
  /** What there were too many of, for the message. */
  what: string
}

interface Entry {
  count: number
  windowEndsAt: number
  lockedUntil: number
  locks: number
  /** When nothing of it matters any more. */
  staleAt: number
}

// About 10 MB at the worst; beyond it the oldest are forgotten.
const KEYS_MAX = 50_000

/** Counts attempts by key in this process. */
export function createLimiter({ clock, allowed, windowMs, lockMs, lockMaxMs, what }: LimiterOptions): Limiter {
  const entries = new Map<string, Entry>()

  function prune(now: number): void {
    if (entries.size < KEYS_MAX) return
    for (const [key, entry] of entries) if (entry.staleAt <= now) entries.delete(key)
    // A map keeps the order of insertion: the first are the oldest.
    for (const key of entries.keys()) {
      if (entries.size < KEYS_MAX * 0.9) break
      entries.delete(key)
    }
  }

  function refuse(entry: Entry, now: number): never {
    const seconds = Math.max(1, Math.ceil((entry.lockedUntil - now) / 1000))
    throw new Refusal('too-many', `Too many ${what}. Try again in ${seconds} s.`, { retryAfter: seconds })
  }

  return {
    take(key) {
      const now = clock.now()
      let entry = entries.get(key)
      if (!entry || entry.staleAt <= now) {
        prune(now)
        entry = { count: 0, windowEndsAt: now + windowMs, lockedUntil: 0, locks: 0, staleAt: now + windowMs }
        entries.delete(key)
        entries.set(key, entry)
      }
      if (entry.lockedUntil > now) refuse(entry, now)
      if (entry.windowEndsAt <= now) {
        entry.count = 0
        entry.windowEndsAt = now + windowMs
        entry.staleAt = Math.max(entry.staleAt, entry.windowEndsAt)
      }
      entry.count += 1
      if (entry.count <= allowed) return
      const length = Math.min(lockMaxMs, lockMs * 2 ** entry.locks)
      entry.locks += 1
      entry.count = 0
      entry.lockedUntil = now + length
      entry.windowEndsAt = entry.lockedUntil + windowMs
      // The number of locks is remembered for a while after the lock is over.
      entry.staleAt = entry.lockedUntil + Math.max(windowMs, length)
      refuse(entry, now)
    },
    forget(key) {
      entries.delete(key)
    },
    giveBack(key) {
      const entry = entries.get(key)
      if (entry && entry.count > 0) entry.count -= 1
    },
  }
}
