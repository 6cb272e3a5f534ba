/**
 * The sockets of a leg: every packet of its peer comes in here, and every packet to it goes out here; encrypted where that
 * is agreed. What else comes on the port, checks of ICE and DTLS, is told from RTP by its first byte (RFC 7983).
 */
import type { RemoteInfo } from 'node:dgram'
import type { SrtpSuite, StreamSecurity, StreamSettings, TransportAddress } from '../../sdp/types.ts'
import type { Identity } from '../protocol.ts'
import { Association } from './dtls/association.ts'
import { IceAgent } from './ice/agent.ts'
import { looksLikeStun } from './ice/stun.ts'
import type { Latch } from './latch.ts'
import type { PortPair } from './ports.ts'
import { looksLikeRtcp } from './rtp.ts'
import { Protection } from './srtp/protection.ts'

export interface WireListener {
  rtp(packet: Buffer, from: RemoteInfo): void
  rtcp(packet: Buffer, from: RemoteInfo): void
  /** Something that is not the peer's: not genuine, a repetition, or nonsense. */
  junk(): void
  /** DTLS has given keys. */
  secured(suite: SrtpSuite): void
  /** DTLS will give none. */
  insecure(reason: string): void
  /** The peer no longer lets us send to it. */
  lost(): void
}

type Dtls = Extract<StreamSecurity, { kind: 'dtls' }>

export class Wire {
  readonly pair: PortPair
  /** RTP and RTCP share a port (RFC 5761). */
  rtcpMux = false
  readonly #latch: Latch
  readonly #identity: Identity
  readonly #listener: WireListener
  readonly #protection = new Protection()
  #open = false
  #ice: IceAgent | undefined
  #association: Association | undefined
  #agreed: Dtls | undefined
  /** Where the peer's DTLS comes from, when no check has said where it is. */
  #dtlsFrom: { address: string; port: number } | undefined

  constructor(pair: PortPair, latch: Latch, identity: Identity, listener: WireListener) {
    this.pair = pair
    this.#latch = latch
    this.#identity = identity
    this.#listener = listener
    pair.rtp.on('message', (packet, from) => this.#incoming(packet, from))
    pair.rtcp.on('message', (packet, from) => { if (this.#open && !this.rtcpMux) this.#rtcp(packet, from) })
  }

  /** What came before the answer is known was discarded: nobody could say yet whose packet it was. */
  configure({ rtcpMux, security, ice }: StreamSettings): void {
    this.rtcpMux = rtcpMux
    this.#open = true
    if (ice === undefined) this.#ice = undefined
    else if (this.#ice?.is(ice.local, ice.remote) !== true) this.#ice = new IceAgent(ice.local, ice.remote)
    if (security?.kind === 'dtls') return this.#associate(security)
    this.#leave()
    if (security === undefined) this.#protection.clear(false)
    else this.#protection.key(security.send, security.receive)
  }

  /** An association lives as long as the peer's certificate stays (RFC 8842 §5.1). */
  #associate(security: Dtls): void {
    const before = this.#agreed
    this.#agreed = security
    if (this.#association === undefined || JSON.stringify(before?.fingerprints) !== JSON.stringify(security.fingerprints)) {
      this.#association?.close()
      this.#protection.clear(true)
      this.#association = new Association(security.active, this.#identity, security.fingerprints, {
        send: (datagram) => this.#sendDtls(datagram),
        secured: ({ suite, send, receive }) => {
          this.#protection.key(send, receive)
          const from = this.#dtlsFrom
          if (this.#ice === undefined && from !== undefined) this.#latch.settle(from.address, from.port)
          this.#listener.secured(suite)
        },
        failed: (reason) => this.#listener.insecure(reason),
      })
    }
    if (this.#ice === undefined) this.#association.start()
  }

  #leave(): void {
    this.#association?.close()
    this.#association = this.#agreed = this.#dtlsFrom = undefined
  }

  #incoming(packet: Buffer, from: RemoteInfo): void {
    if (!this.#open) return
    const first = packet[0]!
    if (first < 128) this.#other(packet, from)
    else if (this.rtcpMux && looksLikeRtcp(packet)) this.#rtcp(packet, from)
    else if (!this.#protection.on) this.#listener.rtp(packet, from)
    // Before anything is decrypted: a flood from elsewhere shall cost little.
    else if (this.#latch.shutTo(from.address, from.port)) this.#latch.strays += 1
    else {
      const plain = this.#protection.openRtp(packet)
      if (plain === undefined) this.#listener.junk()
      else this.#listener.rtp(plain, from)
    }
  }

  /** What is not RTP. */
  #other(packet: Buffer, from: RemoteInfo): void {
    if (looksLikeStun(packet)) return this.#check(packet, from)
    const association = this.#association
    const expected = this.#ice === undefined ? from.port !== 0 && this.#latch.mayBe(from.address) : !this.#latch.shutTo(from.address, from.port) && this.#latch.latched
    if (association === undefined || !expected || packet[0]! < 20 || packet[0]! > 63) return this.#listener.junk()
    if (this.#ice === undefined) this.#dtlsFrom = from
    association.take(packet)
  }

  #check(packet: Buffer, from: RemoteInfo): void {
    const answer = this.#ice?.answer(packet, from.address, from.port, performance.now())
    if (answer === undefined) return this.#listener.junk()
    this.pair.rtp.send(answer.reply, from.port, from.address)
    if (answer.nominated || !this.#latch.latched) this.#latch.settle(from.address, from.port)
    this.#association?.start()
  }

  #sendDtls(datagram: Buffer): void {
    const { address, port } = (this.#ice === undefined ? this.#dtlsFrom : undefined) ?? this.#latch
    if (address !== undefined && port !== 0) this.pair.rtp.send(datagram, port, address)
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
    // A second handshake for a port of its own (RFC 5764 §5.1.2) is left out, and RTCP with it.
    if (this.#agreed !== undefined && !this.rtcpMux) return
    const wire = this.#protection.on ? this.#protection.sealRtcp(packet) : packet
    const socket = this.rtcpMux ? this.pair.rtp : this.pair.rtcp
    if (wire !== undefined) socket.send(wire, to.port, to.address)
  }

  sweep(now: number): void {
    if (this.#ice?.expired(now) !== true) return
    this.#latch.lose()
    this.#listener.lost()
  }

  close(): void {
    this.#leave()
  }
}
