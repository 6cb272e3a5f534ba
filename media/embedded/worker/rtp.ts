/** RTP packets (RFC 3550 §5.1), read and changed in place: nothing is allocated per packet. */

export const RTP_HEADER = 12

/** What the last `readRtp` found. One per leg, reused. */
export interface RtpView {
  marker: boolean
  payloadType: number
  /** Timestamp units a millisecond, by the payload type; whoever knows the types fills it in. */
  clock: number
  sequence: number
  timestamp: number
  ssrc: number
  payloadStart: number
  payloadEnd: number
}

export function createRtpView(): RtpView {
  return { marker: false, payloadType: 0, clock: 8, sequence: 0, timestamp: 0, ssrc: 0, payloadStart: 0, payloadEnd: 0 }
}

/** Fills `view`; false when the bytes are not a whole RTP version 2 packet. */
export function readRtp(packet: Uint8Array, view: RtpView): boolean {
  const length = packet.length
  if (length < RTP_HEADER) return false
  const first = packet[0]!
  if (first >> 6 !== 2) return false
  let start = RTP_HEADER + (first & 0x0f) * 4
  if ((first & 0x10) !== 0) {
    // Header extension (§5.3.1): four bytes, then a length in words.
    if (start + 4 > length) return false
    start += 4 + ((packet[start + 2]! << 8) | packet[start + 3]!) * 4
  }
  let end = length
  if ((first & 0x20) !== 0) end -= packet[length - 1]!
  if (start > end || ((first & 0x20) !== 0 && end === length)) return false
  const second = packet[1]!
  view.marker = (second & 0x80) !== 0
  view.payloadType = second & 0x7f
  view.sequence = (packet[2]! << 8) | packet[3]!
  view.timestamp = readUint32(packet, 4)
  view.ssrc = readUint32(packet, 8)
  view.payloadStart = start
  view.payloadEnd = end
  return true
}

/** Rewrites the changing part of a header, keeping version, padding, extension and CSRC count. */
export function rewriteRtp(packet: Uint8Array, marker: boolean, payloadType: number, sequence: number, timestamp: number, ssrc: number): void {
  packet[1] = (marker ? 0x80 : 0) | payloadType
  packet[2] = sequence >>> 8
  packet[3] = sequence & 0xff
  writeUint32(packet, 4, timestamp)
  writeUint32(packet, 8, ssrc)
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = (value >>> 16) & 0xff
  bytes[at + 2] = (value >>> 8) & 0xff
  bytes[at + 3] = value & 0xff
}

/** Distance from sequence number `b` to `a`, −32768 to 32767. */
export function sequenceDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16
}

/** RTP and RTCP on one port are told apart by the second byte (RFC 5761 §4). */
export function looksLikeRtcp(packet: Uint8Array): boolean {
  const type = packet[1]
  return type !== undefined && type >= 192 && type <= 223
}
