/** The sockets of a leg: every packet of its peer comes in here, and every packet to it goes out here; encrypted where that is agreed. */
import type { RemoteInfo } from 'node:dgram'
import type { StreamSettings, TransportAddress } from '../../sdp/types.ts'
import type { Latch } from './latch.ts'
import type { PortPair } from './ports.ts'
import { looksLikeRtcp } from './rtp.ts'
import { Protection } from './srtp/protection.ts'

export interface WireListener {
  rtp(packet: Buffer, from: RemoteInfo): void
  rtcp(packet: Buffer, from: RemoteInfo): void
  /** Something that is not the peer's: not genuine, a repetition, or nonsense. */
  junk(): void
}

export class Wire {
  readonly pair: PortPair
  /** RTP and RTCP share a port (RFC 5761). */
  rtcpMux = false
  readonly #latch: Latch
  readonly #listener: WireListener
  readonly #protection = new Protection()
  #open = false

  constructor(pair: PortPair, latch: Latch, listener: WireListener) {
    this.pair = pair
    this.#latch = latch
    this.#listener = listener
    pair.rtp.on('message', (packet, from) => this.#incoming(packet, from))
    pair.rtcp.on('message', (packet, from) => { if (this.#open) this.#rtcp(packet, from) })
  }

  /** What came before the answer is known was discarded: nobody could say yet whose packet it was. */
  configure({ rtcpMux, security }: StreamSettings): void {
    this.rtcpMux = rtcpMux
    this.#open = true
    if (security === undefined) this.#protection.clear(false)
    else if (security.kind === 'sdes') this.#protection.key(security.send, security.receive)
  }

  #incoming(packet: Buffer, from: RemoteInfo): void {
    if (!this.#open) return
    if (this.rtcpMux && looksLikeRtcp(packet)) this.#rtcp(packet, from)
    else if (!this.#protection.on) this.#listener.rtp(packet, from)
    // Before anything is decrypted: a flood from elsewhere shall cost little.
    else if (this.#latch.shutTo(from.address, from.port)) this.#latch.strays += 1
    else {
      const plain = this.#protection.openRtp(packet)
      if (plain === undefined) this.#listener.junk()
      else this.#listener.rtp(plain, from)
    }
  }

  #rtcp(packet: Buffer, from: RemoteInfo): void {
    const plain = this.#protection.on ? this.#protection.openRtcp(packet) : packet
    if (plain === undefined) this.#listener.junk()
    else this.#listener.rtcp(plain, from)
  }

  /** Sends RTP to where the latch says the peer is. */
  send(packet: Uint8Array): void {
    const wire = this.#protection.on ? this.#protection.sealRtp(packet) : packet
    if (wire !== undefined) this.pair.rtp.send(wire, this.#latch.port, this.#latch.address)
  }

  sendRtcp(packet: Uint8Array, to: TransportAddress): void {
    const wire = this.#protection.on ? this.#protection.sealRtcp(packet) : packet
    const socket = this.rtcpMux ? this.pair.rtp : this.pair.rtcp
    if (wire !== undefined) socket.send(wire, to.port, to.address)
  }
}
