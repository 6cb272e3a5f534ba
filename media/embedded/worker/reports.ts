/** The RTCP half of a leg: reports to the peer every few seconds, and what the peer reports. */
import type { StreamSettings, TransportAddress } from '../../sdp/types.ts'
import type { Latch } from './latch.ts'
import type { Outgoing } from './outgoing.ts'
import type { Reception } from './reception.ts'
import { ntpMiddle, readRtcp, roundTripOf, writeRtcp, type ReportPart } from './rtcp.ts'
import type { Wire } from './wire.ts'

export class Reports {
  roundTripMs: number | undefined
  readonly #wire: Wire
  readonly #latch: Latch
  readonly #outgoing: Outgoing
  readonly #reception: Reception
  readonly #intervalMs: number
  readonly #cname: string
  #stream: StreamSettings | undefined
  #heardFrom: TransportAddress | undefined
  #lastSr = 0
  #lastSrAt = 0
  #due = 0
  #reportedPackets = 0

  constructor(wire: Wire, latch: Latch, outgoing: Outgoing, reception: Reception, intervalMs: number) {
    this.#wire = wire
    this.#latch = latch
    this.#outgoing = outgoing
    this.#reception = reception
    this.#intervalMs = intervalMs
    // RFC 7022: a CNAME that tells nothing about the machine and is new for each session.
    this.#cname = `${outgoing.ssrc.toString(36)}${wire.pair.port.toString(36)}@dialplane`
  }

  configure(stream: StreamSettings): void {
    this.#stream = stream
    this.#heardFrom = undefined
  }

  /** One RTCP packet; false when it is not the peer's, or nonsense. */
  take(packet: Uint8Array, address: string, port: number): boolean {
    const known = this.#latch.latched ? this.#latch.address : undefined
    // Nothing can be sent back to port 0.
    if (port === 0) return false
    if (this.#stream === undefined || (address !== known && address !== this.#stream.remoteRtcp?.address)) return false
    const news = readRtcp(packet, this.#outgoing.ssrc)
    if (news === undefined) return false
    if (this.#heardFrom?.address !== address || this.#heardFrom.port !== port) this.#heardFrom = { address, port }
    const now = Date.now()
    if (news.lastSr !== 0) {
      this.#lastSr = news.lastSr
      this.#lastSrAt = now
    }
    if (news.about !== undefined) this.roundTripMs = roundTripOf(news.about, now) ?? this.roundTripMs
    return true
  }

  /** Sends a report when one is due; the interval varies so that legs do not report in step (RFC 3550 §6.2). */
  sweep(now: number): void {
    if (this.#stream === undefined) return
    if (this.#due === 0) this.#due = now + this.#intervalMs * (0.5 + Math.random() / 2)
    if (now < this.#due) return
    this.#due = now + this.#intervalMs * (0.75 + Math.random() / 2)
    this.#send(now, false)
  }

  /** The last report, with BYE. */
  bye(now: number): void {
    if (this.#stream !== undefined && this.#outgoing.started) this.#send(now, true)
  }

  #send(now: number, bye: boolean): void {
    const to = this.#destination()
    if (to === undefined) return
    const out = this.#outgoing
    const sender = out.packets > this.#reportedPackets
      ? { packets: out.packets, bytes: out.bytes, timestamp: out.timestampAt(now) }
      : undefined
    this.#reportedPackets = out.packets
    const unix = Date.now()
    this.#wire.sendRtcp(writeRtcp(out.ssrc, this.#cname, unix, sender, this.#report(unix), bye), to)
  }

  #report(unix: number): ReportPart | undefined {
    const heard = this.#reception
    if (heard.received === 0) return undefined
    return {
      ssrc: heard.ssrc, fraction: heard.takeFractionLost(), lost: heard.lost, highest: heard.highestExtended, jitter: heard.jitter,
      lastSr: this.#lastSr,
      sinceLastSr: this.#lastSr === 0 ? 0 : (ntpMiddle(unix) - ntpMiddle(this.#lastSrAt)) >>> 0,
    }
  }

  /** Where the peer takes RTCP: where its own comes from, else as negotiated, else beside its RTP. */
  #destination(): TransportAddress | undefined {
    const { address, port, latched } = this.#latch
    if (address === undefined) return undefined
    if (this.#stream?.rtcpMux === true) return { address, port }
    if (this.#heardFrom !== undefined) return this.#heardFrom
    const negotiated = this.#stream?.remote
    if (!latched || (negotiated?.address === address && negotiated.port === port)) return this.#stream?.remoteRtcp
    return port < 65_535 ? { address, port: port + 1 } : undefined
  }
}
