/** The sockets of a leg: every packet of its peer comes in here, and every packet to it goes out here. */
import type { RemoteInfo } from 'node:dgram'
import type { TransportAddress } from '../../sdp/types.ts'
import type { Latch } from './latch.ts'
import type { PortPair } from './ports.ts'
import { looksLikeRtcp } from './rtp.ts'

export interface WireListener {
  rtp(packet: Buffer, from: RemoteInfo): void
  rtcp(packet: Buffer, from: RemoteInfo): void
}

export class Wire {
  readonly pair: PortPair
  /** RTP and RTCP share a port (RFC 5761). */
  rtcpMux = false
  readonly #latch: Latch
  readonly #listener: WireListener
  #open = false

  constructor(pair: PortPair, latch: Latch, listener: WireListener) {
    this.pair = pair
    this.#latch = latch
    this.#listener = listener
    pair.rtp.on('message', (packet, from) => this.#incoming(packet, from))
    pair.rtcp.on('message', (packet, from) => { if (this.#open) this.#listener.rtcp(packet, from) })
  }

  /** What came before the answer is known was discarded: nobody could say yet whose packet it was. */
  configure(rtcpMux: boolean): void {
    this.rtcpMux = rtcpMux
    this.#open = true
  }

  #incoming(packet: Buffer, from: RemoteInfo): void {
    if (!this.#open) return
    if (this.rtcpMux && looksLikeRtcp(packet)) this.#listener.rtcp(packet, from)
    else this.#listener.rtp(packet, from)
  }

  /** Sends RTP to where the latch says the peer is. */
  send(packet: Uint8Array): void {
    this.pair.rtp.send(packet, this.#latch.port, this.#latch.address)
  }

  sendRtcp(packet: Uint8Array, to: TransportAddress): void {
    const socket = this.rtcpMux ? this.pair.rtp : this.pair.rtcp
    socket.send(packet, to.port, to.address)
  }
}
