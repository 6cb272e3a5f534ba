/** RTCP: sender and receiver reports, CNAME, BYE (RFC 3550 §6), as compound packets. */
import { readUint32, writeUint32 } from './rtp.ts'

const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const DESCRIPTION = 202
const GOODBYE = 203

/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_EPOCH = 2_208_988_800

export interface SenderPart {
  packets: number
  bytes: number
  /** RTP timestamp of now in our stream. */
  timestamp: number
}

export interface ReportPart {
  ssrc: number
  /** 0 to 255. */
  fraction: number
  lost: number
  highest: number
  jitter: number
  /** Middle 32 bits of the NTP time of the peer's last SR, and how long ago it came, in 1/65536 s. */
  lastSr: number
  sinceLastSr: number
}

/** Middle 32 bits of the NTP time (RFC 3550 §4) of `unixMs`. */
export function ntpMiddle(unixMs: number): number {
  const seconds = unixMs / 1000 + NTP_EPOCH
  return (Math.floor(seconds % 65_536) * 65_536 + Math.floor((seconds % 1) * 65_536)) >>> 0
}

/** Writes SR or RR, SDES and, at the end, BYE. Sent every few seconds, so it may allocate. */
export function writeRtcp(
  ssrc: number, cname: string, unixMs: number, sender: SenderPart | undefined, report: ReportPart | undefined, bye: boolean,
): Buffer {
  const name = Buffer.from(cname.slice(0, 255), 'latin1')
  const head = 8 + (sender === undefined ? 0 : 20) + (report === undefined ? 0 : 24)
  // The SDES chunk ends with at least one zero and fills up to a word (§6.5).
  const sdes = 4 + Math.ceil((4 + 2 + name.length + 1) / 4) * 4
  const packet = Buffer.alloc(head + sdes + (bye ? 8 : 0))
  packet[0] = 0x80 | (report === undefined ? 0 : 1)
  packet[1] = sender === undefined ? RECEIVER_REPORT : SENDER_REPORT
  packet.writeUInt16BE(head / 4 - 1, 2)
  writeUint32(packet, 4, ssrc)
  let at = 8
  if (sender !== undefined) {
    const seconds = unixMs / 1000 + NTP_EPOCH
    writeUint32(packet, at, Math.floor(seconds) >>> 0)
    writeUint32(packet, at + 4, Math.floor((seconds % 1) * 4_294_967_296) >>> 0)
    writeUint32(packet, at + 8, sender.timestamp >>> 0)
    writeUint32(packet, at + 12, sender.packets >>> 0)
    writeUint32(packet, at + 16, sender.bytes >>> 0)
    at += 20
  }
  if (report !== undefined) {
    writeUint32(packet, at, report.ssrc)
    writeUint32(packet, at + 4, ((report.fraction & 0xff) << 24) | (Math.min(report.lost, 0x7fffff) & 0xffffff))
    writeUint32(packet, at + 8, report.highest)
    writeUint32(packet, at + 12, Math.round(report.jitter))
    writeUint32(packet, at + 16, report.lastSr)
    writeUint32(packet, at + 20, report.sinceLastSr)
    at += 24
  }
  packet[at] = 0x81
  packet[at + 1] = DESCRIPTION
  packet.writeUInt16BE(sdes / 4 - 1, at + 2)
  writeUint32(packet, at + 4, ssrc)
  packet[at + 8] = 1
  packet[at + 9] = name.length
  name.copy(packet, at + 10)
  at += sdes
  if (bye) {
    packet[at] = 0x81
    packet[at + 1] = GOODBYE
    packet.writeUInt16BE(1, at + 2)
    writeUint32(packet, at + 4, ssrc)
  }
  return packet
}

/** What a compound packet of the peer says that we use. */
export interface RtcpNews {
  /** Middle 32 bits of the peer's SR time, 0 when it sent none. */
  lastSr: number
  /** The report about our stream, if there is one. */
  about: { fraction: number; lost: number; jitter: number; lastSr: number; sinceLastSr: number } | undefined
  bye: boolean
}

/** Reads a compound packet; undefined when it is not one. `ssrc` is our own stream. */
export function readRtcp(packet: Uint8Array, ssrc: number): RtcpNews | undefined {
  const news: RtcpNews = { lastSr: 0, about: undefined, bye: false }
  let at = 0
  while (at + 4 <= packet.length) {
    const first = packet[at]!
    const type = packet[at + 1]!
    const end = at + (((packet[at + 2]! << 8) | packet[at + 3]!) + 1) * 4
    if (first >> 6 !== 2 || end > packet.length) return undefined
    if (at === 0 && type !== SENDER_REPORT && type !== RECEIVER_REPORT) return undefined
    if (type === SENDER_REPORT && at + 28 <= end) news.lastSr = ((readUint32(packet, at + 8) << 16) | (readUint32(packet, at + 12) >>> 16)) >>> 0
    if (type === SENDER_REPORT || type === RECEIVER_REPORT) {
      let block = at + (type === SENDER_REPORT ? 28 : 8)
      for (let count = first & 0x1f; count > 0 && block + 24 <= end; count -= 1, block += 24) {
        if (readUint32(packet, block) !== ssrc) continue
        const loss = readUint32(packet, block + 4)
        news.about = {
          fraction: loss >>> 24, lost: (loss << 8) >> 8, jitter: readUint32(packet, block + 12),
          lastSr: readUint32(packet, block + 16), sinceLastSr: readUint32(packet, block + 20),
        }
      }
    }
    if (type === GOODBYE) news.bye = true
    at = end
  }
  return at === 0 ? undefined : news
}

/** Round trip in milliseconds from the report about our stream (RFC 3550 §6.4.1); undefined when it cannot be. */
export function roundTripOf(about: { lastSr: number; sinceLastSr: number }, unixMs: number): number | undefined {
  if (about.lastSr === 0) return undefined
  const units = (ntpMiddle(unixMs) - about.lastSr - about.sinceLastSr) | 0
  // Clocks that step, or a peer that counts wrongly, give nonsense: a minute is not a round trip.
  if (units < -655 || units > 60 * 65_536) return undefined
  return (Math.max(0, units) / 65_536) * 1000
}
