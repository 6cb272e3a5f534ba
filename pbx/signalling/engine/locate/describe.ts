/** What is known about a name, for people. */
import type { TransportName } from '../transport/flow.ts'
import { wantedName, type Entry, type Finding } from './finding.ts'
import type { Health, TargetMemory } from './memory.ts'
import { weightOf } from './order.ts'

export interface TargetReport extends Health {
  transport: TransportName
  address: string
  port: number
  /** The SRV name that led to it; empty for a host that was asked for its addresses only. */
  srv: string
  host: string
  priority: number
  weight: number
  /** How many of the requests try it first as things are, 0 to 1. */
  share: number
}

export interface NameReport {
  /** `sip:example.com;transport=tcp` */
  name: string
  host: string
  /** Milliseconds since the epoch: when it was looked up, and from when on it is looked up anew. */
  foundAt: number
  until: number
  naptr: { order: number; preference: number; service: string; replacement: string }[]
  /** Best first: services, then priorities. */
  targets: TargetReport[]
  /** Questions to name servers that failed. */
  trouble: string[]
  /** The name servers fail, so this is older than it should be. */
  stale: boolean
  /** Why there is no target; undefined when there is one. */
  failure: string | undefined
}

export function describe(finding: Finding, memory: TargetMemory): NameReport {
  const targets = finding.services.flatMap(({ transport, name, entries }) =>
    [...entries].sort((a, b) => a.priority - b.priority || b.weight - a.weight).flatMap((entry) => entry.addresses.map((address): TargetReport => {
      const { host, port, priority, weight } = entry
      return { transport, address, port, srv: name, host, priority, weight, share: 0, ...memory.health({ transport, address, port }) }
    })))
  share(finding, targets)
  return {
    name: wantedName(finding.wanted), host: finding.wanted.host, foundAt: finding.at, until: finding.until,
    naptr: [...finding.naptr].sort((a, b) => a.order - b.order || a.preference - b.preference).map(({ order, preference, service, replacement }) => ({ order, preference, service, replacement })),
    targets, trouble: [...new Set([...finding.trouble, ...finding.stale])], stale: finding.stale.length > 0, failure: finding.failure,
  }
}

/** The first service and priority with a live target takes all requests; its hosts by their weights, the addresses of a host alike. */
function share(finding: Finding, targets: TargetReport[]): void {
  const usable = ({ state }: Health) => state === 'well' || state === 'half-open'
  for (const { transport, entries } of finding.services) {
    const live = entries.map((entry) => ({ entry, own: firstOf(entry, targets.filter((target) => target.transport === transport && target.port === entry.port && entry.addresses.includes(target.address) && usable(target))) })).filter(({ own }) => own.length > 0)
    const priority = Math.min(...live.map(({ entry }) => entry.priority))
    const group = live.filter(({ entry }) => entry.priority === priority)
    const sum = group.reduce((total, { entry }) => total + weightOf(entry), 0)
    for (const { entry, own } of group) for (const target of own) target.share += weightOf(entry) / sum / own.length
    if (group.length > 0) return
  }
  const [soonest] = [...targets].sort((a, b) => a.until - b.until)
  if (soonest) soonest.share = 1
}

/** The addresses of a host that are tried first: all of the preferred family when their order says nothing, else the first. */
function firstOf(entry: Entry, live: TargetReport[]): TargetReport[] {
  if (!entry.equal) return live.slice(0, 1)
  const four = live.filter((target) => !target.address.includes(':'))
  return four.length > 0 ? four : live
}
