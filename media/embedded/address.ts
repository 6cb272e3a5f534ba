/** Which of our addresses a peer shall send audio to, and what an address says about where it is. */
import { createSocket } from 'node:dgram'
import { BlockList, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Refusal } from '../../config/errors.ts'
import type { LatchRule } from './protocol.ts'

// RFC 6890: addresses that no router of the public Internet knows.
const notPublic = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3],
] as const) notPublic.addSubnet(network, bits)

export function isPublic(address: string): boolean {
  return isIPv4(address) && !notPublic.check(address)
}

/** The IPv4 literal in `address` (`::ffff:192.0.2.1` counts). Refuses what is none. */
export function ipv4Of(address: string): string {
  const plain = address.replace(/^::ffff:/i, '')
  if (!isIPv4(plain)) throw new Refusal('unprocessable', 'audio is offered over IPv4 only, and the peer is elsewhere')
  return plain
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

export interface LocalAddresses {
  /** Our address for this peer; rejects with a Refusal when there is no way to it. */
  towards(peerAddress: string): Promise<string>
  /** Where we may be reached too: a peer that looks for its way tries them all. */
  besides(address: string): string[]
}

/**
 * @param host what sockets are bound to; 0.0.0.0 means the address that routes to each peer
 * @param external told to public peers instead, when this machine is behind NAT
 */
export function createLocalAddresses(host: string, external: string | undefined): LocalAddresses {
  const known = new Map<string, { address: string; until: number }>()
  return {
    besides(address) {
      const here = host === '0.0.0.0' ? Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter((one) => one.family === 'IPv4' && !one.internal).map((one) => one.address) : [host]
      return [...new Set([...(external === undefined ? [] : [external]), ...here])].filter((one) => one !== address).slice(0, MOST_CANDIDATES)
    },
    async towards(peerAddress) {
      const peer = ipv4Of(peerAddress)
      if (external !== undefined && isPublic(peer)) return external
      if (host !== '0.0.0.0') return host
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

/** The source address the kernel would use: connecting a UDP socket sends nothing. */
function routedAddress(peer: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', lookup: (address, _options, callback) => callback(null, address, 4) })
    const failed = (error: Error): void => {
      socket.close()
      reject(new Refusal('unavailable', `there is no network route to ${peer}`, { cause: error }))
    }
    socket.once('error', failed)
    socket.connect(9, peer, () => {
      socket.off('error', failed)
      const { address } = socket.address()
      socket.close()
      resolve(address)
    })
  })
}
