/** Free ports for peers that cannot be told 0. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { randomInt } from 'node:crypto'

/**
 * A port free for UDP and TCP on all addresses, below the ephemeral range so that nobody gets it by chance.
 *
 * @param span this many ports from it on are free too
 */
export async function freePort(span = 1): Promise<number> {
  for (;;) {
    const port = 12_000 + 2 * randomInt(3_500)
    const free = await Promise.all(Array.from({ length: span }, (_, i) => isFree(port + i)))
    if (free.every(Boolean)) return port
  }
}

/** Whether nobody holds this port, neither UDP nor TCP. */
export async function isFree(port: number): Promise<boolean> {
  const udp = createSocket('udp4')
  const tcp = createServer()
  try {
    const bound = once(udp, 'listening')
    udp.bind(port)
    await bound
    const listening = once(tcp, 'listening')
    tcp.listen(port)
    await listening
    return true
  } catch {
    return false
  } finally {
    for (const one of [udp, tcp]) {
      try {
        one.close()
      } catch {
        // It never opened.
      }
    }
  }
}

/**
 * A range of RTP ports of its own for each house, so that test files running side by side do not meet.
 * Inside 20000–31999: below the ephemeral ports.
 */
export function rtpRange(size = 400): { first: number; last: number } {
  const first = 20_000 + 2 * randomInt((12_000 - size) / 2)
  return { first, last: first + size - 1 }
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}
