/**
 * Which targets failed lately. A dead one is tried after all others until its time is over; then one request
 * tries it first, and decides whether it is well again or stays away for twice as long.
 *
 *   well ─failure→ dead ─time over→ half open ─request→ probed ─answer→ well
 *                   ↑                                     │
 *                   └───────────────failure───────────────┘
 */
export interface Peer {
  transport: string
  address: string
  port: number
}

export interface Health {
  state: 'well' | 'dead' | 'half-open' | 'probed'
  /** Failures in a row. */
  failures: number
  /** Milliseconds since the epoch until which it is tried last; 0 when well. */
  until: number
  /** What the last failure was; empty when well. */
  cause: string
}

export interface TargetMemory {
  /** The same targets, the dead ones last, those that come back soonest before the others. */
  order<T extends Peer>(targets: readonly T[]): T[]
  /** A request goes there now. */
  trying(peer: Peer): void
  succeeded(peer: Peer): void
  /** @param asked milliseconds for which the target asked to be left alone (Retry-After) */
  failed(peer: Peer, cause: string, asked?: number): void
  health(peer: Peer): Health
  forget(peer: Peer): void
}

interface Entry {
  failures: number
  until: number
  cause: string
  /** When the request that probes it left; 0 when none is on the way. */
  probe: number
}

export interface MemoryOptions {
  now: () => number
  /** Milliseconds after the first failure; doubled with each further one. */
  penalty: number
  penaltyMax: number
  /** A probe that nobody heard of again counts as lost after this time. */
  probe: number
  bound: number
}

const WELL: Health = { state: 'well', failures: 0, until: 0, cause: '' }

const keyOf = ({ transport, address, port }: Peer) => `${transport} ${address} ${port}`

export function createTargetMemory({ now, penalty, penaltyMax, probe, bound }: MemoryOptions): TargetMemory {
  const entries = new Map<string, Entry>()
  const stateOf = (entry: Entry | undefined): Health['state'] => {
    if (entry === undefined) return 'well'
    if (entry.probe > now() - probe) return 'probed'
    return entry.until > now() ? 'dead' : 'half-open'
  }
  return {
    order(targets) {
      if (entries.size === 0) return [...targets]
      const rank = targets.map((target, at) => {
        const entry = entries.get(keyOf(target))
        const state = stateOf(entry)
        return { target, at, away: state === 'dead' || state === 'probed' ? (entry?.until ?? 0) : 0 }
      })
      return rank.sort((a, b) => a.away - b.away || a.at - b.at).map(({ target }) => target)
    },
    trying(peer) {
      const entry = entries.get(keyOf(peer))
      if (entry !== undefined && stateOf(entry) === 'half-open') entry.probe = now()
    },
    succeeded: (peer) => void entries.delete(keyOf(peer)),
    failed(peer, cause, asked = 0) {
      const key = keyOf(peer)
      const entry = entries.get(key)
      // What failed while it was known to be dead already says nothing new.
      if (entry !== undefined && entry.until > now()) {
        entry.until = Math.max(entry.until, Math.min(now() + asked, now() + penaltyMax))
        return
      }
      const failures = (entry?.failures ?? 0) + 1
      const away = Math.min(Math.max(penalty * 2 ** Math.min(failures - 1, 20), asked), penaltyMax)
      entries.delete(key)
      if (entries.size >= bound) entries.delete(entries.keys().next().value as string)
      entries.set(key, { failures, until: now() + away, cause, probe: 0 })
    },
    health(peer) {
      const entry = entries.get(keyOf(peer))
      return entry === undefined ? WELL : { state: stateOf(entry), failures: entry.failures, until: entry.until, cause: entry.cause }
    },
    forget: (peer) => void entries.delete(keyOf(peer)),
  }
}
