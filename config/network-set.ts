import { BlockList, isIP } from 'node:net'
import { networkOf, parseNetwork } from './network.ts'

/** Networks that an address is looked up in. */
export interface NetworkSet {
  /** @param network as `formatNetwork` writes it */
  add(network: string): void
  remove(network: string): void
  /** The network of the set that covers this address. */
  covering(address: string): string | undefined
  readonly size: number
}

/**
 * Whole addresses and /64s are found by their key in one look; wider and narrower networks, of which people write few,
 * by a block list each.
 */
export function createNetworkSet(networks: Iterable<string> = []): NetworkSet {
  const exact = new Set<string>()
  const others = new Map<string, BlockList>()
  const set: NetworkSet = {
    add(network) {
      const { family, address, prefix } = parseNetwork(network)
      if (prefix === (family === 4 ? 32 : 64)) {
        exact.add(network)
        return
      }
      const list = new BlockList()
      list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
      others.set(network, list)
    },
    remove(network) {
      exact.delete(network)
      others.delete(network)
    },
    covering(address) {
      const own = networkOf(address)
      if (exact.has(own)) return own
      if (others.size === 0) return undefined
      // An IPv4 address written as IPv6 is that address.
      const plain = own.endsWith('/64') ? address : own
      const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
      for (const [network, list] of others) if (list.check(plain, family)) return network
      return undefined
    },
    get size() {
      return exact.size + others.size
    },
  }
  for (const network of networks) set.add(network)
  return set
}
