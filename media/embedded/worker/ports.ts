/**
 * Port pairs: even for RTP, the next for RTCP (RFC 3550 §11). A closed pair stays bound and
 * discards what still arrives until the old peer is quiet, so that a new call never inherits
 * a stranger's audio.
 */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { IpFamily, Timing } from '../protocol.ts'

export interface PortPair {
  readonly family: IpFamily
  readonly port: number
  readonly rtp: Socket
  readonly rtcp: Socket
}

interface Draining {
  pair: PortPair
  since: number
  heard: number
}

/** No port pair could be bound. */
export class NoPorts extends Error {}

// About two seconds of G.711 with the kernel's own overhead: enough to ride out a pause, little to hoard.
const SOCKET_BUFFER = 131_072
/** The kernel gives odd ports as often as even ones. */
const EPHEMERAL_TRIES = 40

export class Ports {
  readonly family: IpFamily
  readonly #host: string
  readonly #timing: Pick<Timing, 'drainIdleMs' | 'drainMaxMs'>
  readonly #free: number[] = []
  readonly #ephemeral: boolean
  readonly #draining = new Set<Draining>()
  /** Drained and still bound, to be given out again: four sockets a call are dear to make. */
  readonly #spare: PortPair[] = []
  readonly #spares: number
  #closed = false

  /** @param spares drained pairs that may stay bound */
  constructor(host: string, range: { first: number; last: number; step: number }, timing: Pick<Timing, 'drainIdleMs' | 'drainMaxMs'>, spares = 0) {
    this.#host = host
    this.family = isIPv6(host) ? 6 : 4
    this.#spares = spares
    this.#timing = timing
    this.#ephemeral = range.first === 0
    for (let port = range.first; !this.#ephemeral && port + 1 <= range.last; port += range.step) this.#free.push(port)
  }

  get draining(): number {
    return this.#draining.size
  }

  /**
   * A spare pair, or a newly bound one; the port longest unused comes first. Throws NoPorts.
   *
   * @param urgent when there is none, the pair that was quiet longest does not rest any more
   */
  async open(urgent = false): Promise<PortPair> {
    const spare = this.#spare.shift()
    if (spare !== undefined) return spare
    // Another program may sit on many ports of the range in a row, so all of it is tried before the call is refused.
    const tries = this.#ephemeral ? EPHEMERAL_TRIES : this.#free.length
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const wanted = this.#ephemeral ? 0 : this.#free.shift()
      if (wanted === undefined) break
      const pair = await this.#bindPair(wanted)
      if (this.#closed) {
        if (pair !== undefined) await closePair(pair)
        break
      }
      if (pair !== undefined) return pair
      // Somebody else on this machine has it; it may be free again later.
      if (!this.#ephemeral) this.#free.push(wanted)
    }
    const resting = urgent ? this.#wake() : undefined
    if (resting !== undefined) return resting
    throw new NoPorts('no free RTP port pair; widen RTP_PORTS or wait for calls to end')
  }

  #wake(): PortPair | undefined {
    const quietest = [...this.#draining].toSorted((a, b) => a.heard - b.heard)[0]
    if (quietest === undefined) return undefined
    this.#draining.delete(quietest)
    deafen(quietest.pair)
    return quietest.pair
  }

  /** Takes a pair back. Its listeners are replaced by ones that discard. */
  release(pair: PortPair): void {
    const now = performance.now()
    const entry: Draining = { pair, since: now, heard: now }
    for (const socket of [pair.rtp, pair.rtcp]) {
      socket.removeAllListeners('message')
      socket.on('message', () => { entry.heard = performance.now() })
    }
    this.#draining.add(entry)
  }

  /** Frees the pairs that have been quiet long enough, or drained as long as we ever wait. */
  sweep(now: number): void {
    for (const entry of this.#draining) {
      if (now - entry.heard < this.#timing.drainIdleMs && now - entry.since < this.#timing.drainMaxMs) continue
      this.#draining.delete(entry)
      this.#retire(entry.pair)
    }
  }

  #retire(pair: PortPair): void {
    if (this.#spare.length < this.#spares) {
      deafen(pair)
      this.#spare.push(pair)
      return
    }
    void closePair(pair).then(() => {
      if (!this.#ephemeral) this.#free.push(pair.port)
    })
  }

  /** Closes the pairs that nobody uses at once. */
  async close(): Promise<void> {
    this.#closed = true
    const pairs = [...[...this.#draining].map((entry) => entry.pair), ...this.#spare.splice(0)]
    this.#draining.clear()
    await Promise.all(pairs.map(closePair))
  }

  async #bindPair(port: number): Promise<PortPair | undefined> {
    const rtp = await bind(this.#host, port)
    if (rtp === undefined) return undefined
    const bound = rtp.address().port
    const rtcp = bound % 2 === 0 ? await bind(this.#host, bound + 1) : undefined
    if (rtcp !== undefined) return { family: this.family, port: bound, rtp, rtcp }
    await closeSocket(rtp)
    return undefined
  }
}

function bind(host: string, port: number): Promise<Socket | undefined> {
  const family = isIPv6(host) ? 6 : 4
  return new Promise((resolve) => {
    const socket = createSocket({
      type: `udp${family}`,
      // The ports of the other family are its own.
      ...(family === 6 && { ipv6Only: true }),
      recvBufferSize: SOCKET_BUFFER,
      sendBufferSize: SOCKET_BUFFER,
      // Only IP literals are ever sent to: without this each packet would go through a DNS look-up.
      lookup: (address, _options, callback) => callback(null, address, family),
    })
    const failed = (): void => {
      socket.close()
      resolve(undefined)
    }
    socket.once('error', failed)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', failed)
      // A datagram that cannot be sent is lost audio, which RTCP counts; it never ends the call.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => { socket.close(() => resolve()) })
}

/** Closes both sockets of a pair. */
export async function closePair(pair: PortPair): Promise<void> {
  deafen(pair)
  await Promise.all([closeSocket(pair.rtp), closeSocket(pair.rtcp)])
}

function deafen(pair: PortPair): void {
  pair.rtp.removeAllListeners('message')
  pair.rtcp.removeAllListeners('message')
}
