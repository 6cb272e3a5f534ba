/** What is known about where a name leads (RFC 3263 §4), and the order in which one request tries its targets. */
import type { TransportName } from '../transport/flow.ts'
import { orderByWeight, shuffled } from './order.ts'
import type { Naptr } from './records.ts'

/** What a URI asks for. */
export interface Wanted {
  /** Lower case. */
  host: string
  /** 0: not given. */
  port: number
  /** Undefined: not given. A sips URI wants `tls`, or `wss`. */
  transport: TransportName | undefined
  /** A sips URI: no transport that is not secure will do. */
  secure: boolean
}

/** Tells two wants apart, and a person what was wanted. */
export function wantedName({ host, port, transport, secure }: Wanted): string {
  return `${secure ? 'sips' : 'sip'}:${host}${port === 0 ? '' : `:${port}`}${transport === undefined ? '' : `;transport=${transport}`}`
}

export interface Entry {
  priority: number
  weight: number
  port: number
  host: string
  /** IPv4 first: that is what our media speak. */
  addresses: readonly string[]
  /** Whether the order of the addresses says nothing. */
  equal: boolean
}

/** One transport, and what offers it. */
export interface Service {
  transport: TransportName
  /** The SRV name; empty when the host's addresses are used as they are. */
  name: string
  entries: readonly Entry[]
}

export interface Finding {
  wanted: Wanted
  naptr: readonly Naptr[]
  /** Best first. */
  services: readonly Service[]
  /** Milliseconds since the epoch: when it was found, and when the first part of it is too old. */
  at: number
  until: number
  /** Why some questions were not answered. */
  trouble: readonly string[]
  /** Why it could not be found anew when its time was over; empty when it is fresh. */
  stale: readonly string[]
  /** Why there is no target at all. */
  failure: string | undefined
}

export interface Target {
  transport: TransportName
  address: string
  port: number
}

/** Every target once, in an order drawn anew for each request: services, priorities, weights, families. */
export function drawTargets(finding: Finding, random: () => number): Target[] {
  const seen = new Set<string>()
  const targets: Target[] = []
  for (const { transport, entries } of finding.services) {
    for (const { port, addresses, equal } of orderByWeight(entries, random)) {
      for (const address of equal ? shuffledByFamily(addresses, random) : addresses) {
        const key = `${transport} ${address} ${port}`
        if (seen.has(key)) continue
        seen.add(key)
        targets.push({ transport, address, port })
      }
    }
  }
  return targets
}

function shuffledByFamily(addresses: readonly string[], random: () => number): readonly string[] {
  if (addresses.length < 2) return addresses
  return shuffled(addresses, random).sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')))
}
