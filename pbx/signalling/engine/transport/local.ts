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

export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** @param hosts what the sockets are bound to, one of each family at most */
export function createLocalAddresses(hosts: readonly string[], external: string | undefined, now: () => number): LocalAddresses {
  const ofFamily = (peer: string) => hosts.find((host) => host.includes(':') === peer.includes(':')) ?? (hosts[0] as string)
  const cache = new Map<string, { address: string; until: number }>()
  const real = (peer: string): string => {
    const bound = ofFamily(peer)
    if (!isWildcard(bound)) return bound
    const cached = cache.get(peer)
    const time = now()
    if (cached && cached.until > time) return cached.address
    if (cache.size >= CACHE_MAX) cache.clear()
    const address = routedSource(peer) ?? cached?.address ?? (peer.includes(':') ? '::1' : '127.0.0.1')
    cache.set(peer, { address, until: time + CACHE_MS })
    return address
  }
  return {
    real,
    advertised: (peer) => (external !== undefined && external.includes(':') === peer.includes(':') && !isPrivate(peer) ? external : real(peer)),
    all() {
      const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
      return hosts.flatMap((host) => {
        if (!isWildcard(host)) return [host]
        const family = host === '::' ? 'IPv6' : 'IPv4'
        // A link-local address is of no use to anybody who does not know the interface.
        return interfaces.filter((entry) => entry.family === family && !entry.address.startsWith('fe80:')).map((entry) => entry.address)
      })
    },
  }
}
