/** A set of addresses and networks that an address is looked up in. */
import { BlockList, isIP } from 'node:net'
import { networkOf } from './network.ts'

export interface Networks<T> {
  set(network: string, value: T): void
  delete(network: string): void
  get(network: string): T | undefined
  /** The network that covers this address. */
  covering(address: string): string | undefined
  readonly size: number
  entries(): Iterable<[string, T]>
}

/**
 * Whole addresses and /64s are found by their key in one look; wider networks, of which people write
 * few, by a block list that is built anew when one comes or goes.
 */
export function createNetworks<T>(): Networks<T> {
  const all = new Map<string, T>()
  const wide = new Map<string, BlockList>()
  return {
    set(network, value) {
      all.set(network, value)
      const slash = network.indexOf('/')
      if (slash === -1 || network.endsWith('::/64')) return
      const list = new BlockList()
      list.addSubnet(network.slice(0, slash), Number(network.slice(slash + 1)), network.includes(':') ? 'ipv6' : 'ipv4')
      wide.set(network, list)
    },
    delete(network) {
      all.delete(network)
      wide.delete(network)
    },
    get: (network) => all.get(network),
    covering(address) {
      if (all.size === 0) return undefined
      const own = networkOf(address)
      if (all.has(own)) return own
      if (wide.size === 0) return undefined
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      for (const [network, list] of wide) if (list.check(address, family)) return network
      return undefined
    },
    get size() {
      return all.size
    },
    entries: () => all.entries(),
  }
}
