/** Which of our addresses a peer shall send audio to, and what an address says about where it is. */
import { createSocket } from 'node:dgram'
import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Refusal } from '../../config/errors.ts'
import type { IpFamily, LatchRule } from './protocol.ts'

// RFC 6890: addresses that no router of the public Internet knows.
const notPublic = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3],
] as const) notPublic.addSubnet(network, bits)
// What IANA gives out to networks of the Internet is 2000::/3, and of that documentation is nobody's.
const publicV6 = new BlockList()
publicV6.addSubnet('2000::', 3, 'ipv6')
const documentation = new BlockList()
documentation.addSubnet('2001:db8::', 32, 'ipv6')

export function isPublic(address: string): boolean {
  if (isIPv6(address)) return publicV6.check(address, 'ipv6') && !documentation.check(address, 'ipv6')
  return isIP(address) === 4 && !notPublic.check(address)
}

export function familyOf(address: string): IpFamily {
  return isIPv6(address) ? 6 : 4
}

/** The address in the one way it is written (RFC 5952), so that two can be compared; `::ffff:192.0.2.1` is that of IPv4. Refuses `unprocessable` what is none. */
export function plainAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIP(plain) === 0) throw new Refusal('unprocessable', 'the peer has no address that audio can be sent to')
  // The interface of a link-local address is no part of its text.
  const [bare = '', scope] = plain.split('%')
  return isIPv6(bare) ? `${new SocketAddress({ address: bare, family: 'ipv6' }).address}${scope === undefined ? '' : `%${scope}`}` : plain
}

/**
 * How strictly the source of packets is held against the negotiated address.
 * A peer that signals from the address it names for audio knows where it is. One that names a
 * private address while signalling from another is behind NAT or a proxy: its audio comes from
 * an address nobody has told us.
 */
export function latchRuleFor(peerAddress: string, negotiated: string | undefined): LatchRule {
  return { peerAddress, elsewhere: negotiated === undefined || (negotiated !== peerAddress && !isPublic(negotiated)) }
}

const KEPT_MS = 60_000
const MOST_KEPT = 1000
const MOST_CANDIDATES = 7
const ANY: Record<IpFamily, string> = { 4: '0.0.0.0', 6: '::' }

export interface LocalAddresses {
  /** Our address for this peer, of its family; rejects with a Refusal when there is no way to it. */
  towards(peerAddress: string): Promise<string>
  /** Where we may be reached too, in the family of `address`: a peer that looks for its way tries them all. */
  besides(address: string): string[]
}

/**
 * @param hosts what sockets are bound to, one of a family at most; 0.0.0.0 and :: mean the address that routes to each peer
 * @param external told to public peers of its family instead, when this machine is behind NAT
 */
export function createLocalAddresses(hosts: readonly string[], external: string | undefined): LocalAddresses {
  const known = new Map<string, { address: string; until: number }>()
  const hostFor = (family: IpFamily): string | undefined => hosts.find((host) => familyOf(host) === family)
  const externalFor = (family: IpFamily): string | undefined => (external !== undefined && familyOf(external) === family ? external : undefined)
  return {
    besides(address) {
      const family = familyOf(address)
      const [host, outside] = [hostFor(family), externalFor(family)]
      const here = host === ANY[family] ? interfaceAddresses(family) : host === undefined ? [] : [host]
      return [...new Set([...(outside === undefined ? [] : [outside]), ...here])].filter((one) => one !== address).slice(0, MOST_CANDIDATES)
    },
    async towards(peerAddress) {
      const peer = plainAddress(peerAddress)
      const family = familyOf(peer)
      const host = hostFor(family)
      if (host === undefined) throw new Refusal('unprocessable', `audio is not offered over IPv${family}: RTP_HOST has no address of it`)
      const outside = externalFor(family)
      if (outside !== undefined && isPublic(peer)) return outside
      if (host !== ANY[family]) return host
      const now = performance.now()
      const kept = known.get(peer)
      if (kept !== undefined && kept.until > now) return kept.address
      const address = await routedAddress(peer)
      if (known.size >= MOST_KEPT) known.clear()
      known.set(peer, { address, until: now + KEPT_MS })
      return address
    },
  }
}

/** Of this machine; those of one link only reach nobody who does not know the link. */
function interfaceAddresses(family: IpFamily): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    .filter((one) => one.family === `IPv${family}` && !one.internal && !/^fe[89ab]/i.test(one.address)).map((one) => one.address)
}

/** The source address the kernel would use: connecting a UDP socket sends nothing. */
function routedAddress(peer: string): Promise<string> {
  const family = familyOf(peer)
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: `udp${family}`, lookup: (address, _options, callback) => callback(null, address, family) })
    const failed = (error: Error): void => {
      socket.close()
      reject(new Refusal('unavailable', `there is no network route to ${peer}`, { cause: error }))
    }
    socket.once('error', failed)
    socket.connect(9, peer, () => {
      socket.off('error', failed)
      const { address } = socket.address()
      socket.close()
      resolve(address.split('%')[0]!)
    })
  })
}
