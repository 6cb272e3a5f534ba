/** The choices that RFC 2782 and RFC 3263 leave to the client. Pure. */
import type { TransportName } from '../transport/flow.ts'
import type { Naptr } from './records.ts'

export interface Weighted {
  priority: number
  weight: number
}

/** RFC 2782: "a very small chance" for weight 0 beside others. */
const ZERO_WEIGHT = 0.1

export function weightOf(entry: Weighted): number {
  return entry.weight || ZERO_WEIGHT
}

/**
 * All entries, lowest priority first, those of one priority drawn one after the other in proportion to their weights.
 * @param random 0 ≤ x < 1
 */
export function orderByWeight<T extends Weighted>(entries: readonly T[], random: () => number): T[] {
  const ordered: T[] = []
  const priorities = [...new Set(entries.map((entry) => entry.priority))].sort((a, b) => a - b)
  for (const priority of priorities) {
    const left = entries.filter((entry) => entry.priority === priority)
    let sum = left.reduce((total, entry) => total + weightOf(entry), 0)
    while (left.length > 0) {
      let mark = random() * sum
      const at = left.findIndex((entry) => (mark -= weightOf(entry)) < 0)
      // Rounding may leave nothing at the end of the scale.
      const [drawn] = left.splice(at === -1 ? left.length - 1 : at, 1) as [T]
      sum -= weightOf(drawn)
      ordered.push(drawn)
    }
  }
  return ordered
}

export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return orderByWeight(list.map((item) => ({ item, priority: 0, weight: 1 })), random).map(({ item }) => item)
}

/** RFC 3263 §4.1, RFC 7118 §7. */
const SERVICES: Readonly<Record<string, TransportName>> = { 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls', 'SIP+D2W': 'ws', 'SIPS+D2W': 'wss' }

const SRV_PREFIX: Readonly<Record<TransportName, string>> = { udp: '_sip._udp.', tcp: '_sip._tcp.', tls: '_sips._tcp.', ws: '_sip._ws.', wss: '_sips._ws.' }

export function srvName(transport: TransportName, host: string): string {
  return SRV_PREFIX[transport] + host
}

/** The NAPTR records that lead to a transport of ours by way of SRV, best first (RFC 3263 §4.1). */
export function chooseServices(records: readonly Naptr[], offered: readonly TransportName[]): { transport: TransportName; name: string; record: Naptr }[] {
  return [...records]
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap((record) => {
      const transport = SERVICES[record.service]
      const usable = record.flags === 's' && record.regexp === '' && record.replacement !== ''
      return usable && transport !== undefined && offered.includes(transport) ? [{ transport, name: record.replacement, record }] : []
    })
}
