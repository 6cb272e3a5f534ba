/** Which address of this machine a peer reaches us at: what Via, Contact and Record-Route must say. */
import { createSocket, type SocketOptions } from 'node:dgram'
import { BlockList, isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'

const privateRanges = new BlockList()
for (const [net, prefix] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['127.0.0.0', 8], ['169.254.0.0', 16], ['100.64.0.0', 10]] as const) {
  privateRanges.addSubnet(net, prefix, 'ipv4')
}
for (const [net, prefix] of [['fc00::', 7], ['fe80::', 10], ['::1', 128]] as const) privateRanges.addSubnet(net, prefix, 'ipv6')

/** RFC 1918, RFC 6598, loopback, link-local and their IPv6 likes. */
export function isPrivate(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && privateRanges.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** dgram looks every address up; ours are addresses already, and this answers at once. */
export const noLookup = ((address: string, _options: unknown, callback: (error: Error | null, address: string, family: number) => void) => {
  callback(null, address, address.includes(':') ? 6 : 4)
}) as unknown as NonNullable<SocketOptions['lookup']>

/**
 * The source address the kernel picks for packets to `peer`: asked by connecting a UDP socket,
 * which sends nothing. Undefined when there is no route.
 */
function routedSource(peer: string): string | undefined {
  const socket = createSocket({ type: isIPv4(peer) ? 'udp4' : 'udp6', lookup: noLookup })
  let failed = false
  socket.on('error', () => (failed = true))
  try {
    socket.connect(9, peer)
    return failed ? undefined : socket.address().address
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}

const CACHE_MAX = 20_000
const CACHE_MS = 60_000

export interface LocalAddresses {
  /** Our address as `peer` sees the packets leave: bound address, or the routed one when bound to any. */
  real(peer: string): string
  /** What to tell `peer`: the external address when it is outside private ranges and one is set, else the real one. */
  advertised(peer: string): string
  /** Every address we can be reached at. */
  all(): string[]
}

export function createLocalAddresses(bound: string, external: string | undefined, now: () => number): LocalAddresses {
  const any = bound === '0.0.0.0' || bound === '::'
  const cache = new Map<string, { address: string; until: number }>()
  const real = (peer: string): string => {
    if (!any) return bound
    const cached = cache.get(peer)
    const time = now()
    if (cached && cached.until > time) return cached.address
    if (cache.size >= CACHE_MAX) cache.clear()
    const address = routedSource(peer) ?? cached?.address ?? '127.0.0.1'
    cache.set(peer, { address, until: time + CACHE_MS })
    return address
  }
  return {
    real,
    advertised: (peer) => (external !== undefined && !isPrivate(peer) ? external : real(peer)),
    all() {
      if (!any) return [bound]
      const family = bound === '::' ? 'IPv6' : 'IPv4'
      return Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter((entry) => entry.family === family).map((entry) => entry.address)
    },
  }
}
