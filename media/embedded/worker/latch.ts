/**
 * Which source a leg believes (symmetric RTP, RFC 4961), and which it does not.
 *
 * - A packet from the negotiated address and port is always the peer's.
 * - From the negotiated address, another port: believed while open (the port was rewritten on the way).
 * - From the address the signalling comes from: believed while open.
 * - From anywhere else: only when the negotiated address cannot be where packets come from
 *   (`elsewhere`), and only after `PROBATION` packets in a row of one stream from one source,
 *   so that a sprayed packet never takes a call over.
 * - Once believed, a source is latched and the leg is closed to others; what they send is
 *   counted and dropped. A new negotiation opens it again.
 */
import type { TransportAddress } from '../../sdp/types.ts'
import type { LatchRule } from '../protocol.ts'
import { sequenceDistance } from './rtp.ts'

export const PROBATION = 5

export class Latch {
  /** Where we send: the latched source, else the negotiated address. */
  address: string | undefined
  port = 0
  latched = false
  strays = 0
  #negotiated: TransportAddress | undefined
  #rule: LatchRule = { peerAddress: '', elsewhere: false }
  #open = true
  #candidate = { address: '', port: 0, ssrc: 0, sequence: 0, count: 0 }

  /** Takes a negotiated address. The latched source stays where we send to unless the peer named a new place. */
  negotiate(remote: TransportAddress | undefined, rule: LatchRule): void {
    const before = this.#negotiated
    this.#rule = rule
    this.#candidate.count = 0
    // RFC 3264 §8.4: 0.0.0.0 holds the stream; it says nothing about where the peer is.
    if (remote === undefined && this.latched) return
    this.#negotiated = remote
    this.#open = true
    const moved = remote !== undefined && (before?.address !== remote.address || before.port !== remote.port)
    if (moved || !this.latched) {
      this.latched = false
      this.address = remote?.address
      this.port = remote?.port ?? 0
    }
  }

  /** Whether a packet from here is the peer's. Latches when it is the first. */
  accept(address: string, port: number, ssrc: number, sequence: number): boolean {
    // A datagram may come from port 0, yet none can be sent there: to try throws.
    if (port === 0) {
      this.strays += 1
      return false
    }
    if (this.latched && !this.#open && port === this.port && address === this.address) return true
    if (this.#believe(address, port, ssrc, sequence)) {
      this.latched = true
      this.#open = false
      this.address = address
      this.port = port
      return true
    }
    this.strays += 1
    return false
  }

  /** The peer has proved to be here, by a check of ICE or a handshake of DTLS: here and nowhere else. */
  settle(address: string, port: number): void {
    this.#negotiated = undefined
    this.#open = false
    this.latched = true
    this.address = address
    this.port = port
  }

  /** It is nowhere any more, until it is settled anew. */
  lose(): void {
    this.latched = false
    this.#open = false
    this.address = undefined
    this.port = 0
  }

  /** Whether the peer may be at this address: worth an answer, not yet belief. */
  mayBe(address: string): boolean {
    return address === this.address || address === this.#negotiated?.address || address === this.#rule.peerAddress || this.#rule.elsewhere
  }

  /** Closed to this source whatever it sends. */
  shutTo(address: string, port: number): boolean {
    if (!this.latched || this.#open || (port === this.port && address === this.address)) return false
    return this.#negotiated?.address !== address || this.#negotiated.port !== port
  }

  #believe(address: string, port: number, ssrc: number, sequence: number): boolean {
    const negotiated = this.#negotiated
    if (negotiated !== undefined && negotiated.address === address && negotiated.port === port) return true
    if (!this.#open) return false
    if (negotiated?.address === address || address === this.#rule.peerAddress) return true
    if (this.latched && address === this.address && port === this.port) return true
    return this.#rule.elsewhere && this.#probation(address, port, ssrc, sequence)
  }

  #probation(address: string, port: number, ssrc: number, sequence: number): boolean {
    const candidate = this.#candidate
    const follows = candidate.count > 0 && candidate.address === address && candidate.port === port
      && candidate.ssrc === ssrc && sequenceDistance(sequence, candidate.sequence) === 1
    candidate.count = follows ? candidate.count + 1 : 1
    candidate.address = address
    candidate.port = port
    candidate.ssrc = ssrc
    candidate.sequence = sequence
    return candidate.count >= PROBATION
  }
}
