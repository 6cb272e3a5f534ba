/** A call's messages as a capture file that Wireshark and tshark read (draft-ietf-opsawg-pcap). */
import { isIPv6 } from 'node:net'
import type { TraceMessage } from '../door.ts'
import { addressBytes, endOf, type End } from './ends.ts'

type Packet = Pick<TraceMessage, 'at' | 'direction' | 'peer' | 'local' | 'text'>

const ETHERNET = 1
/** All that fits into one IP packet beside its headers. */
const LONGEST = 65_535 - 20 - 8

/**
 * The file: each message is one UDP datagram between the true addresses and ports at its true time, whatever it was carried
 * over, because a stream's own packets are not kept. Texts are as the trace has them, secrets masked.
 */
export function pcapOf(messages: readonly Packet[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(262_144, 16)
  header.writeUInt32LE(ETHERNET, 20)
  return Buffer.concat([header, ...messages.flatMap((message) => record(message))])
}

function record({ at, direction, peer, local, text }: Packet): [Buffer, Buffer] {
  const far = endOf(peer)
  const near = endOf(local ?? '', isIPv6(far.address) ? '::' : '0.0.0.0')
  const [from, to] = direction === 'in' ? [far, near] : [near, far]
  const frame = frameOf(from, to, Buffer.from(text).subarray(0, LONGEST))
  const header = Buffer.alloc(16)
  const microseconds = Math.round(at * 1000)
  header.writeUInt32LE(Math.floor(microseconds / 1e6), 0)
  header.writeUInt32LE(microseconds % 1e6, 4)
  header.writeUInt32LE(frame.length, 8)
  header.writeUInt32LE(frame.length, 12)
  return [header, frame]
}

function frameOf(from: End, to: End, payload: Buffer): Buffer {
  const v6 = isIPv6(from.address) || isIPv6(to.address)
  const [source, target] = [addressBytes(from.address, v6), addressBytes(to.address, v6)]
  const udp = Buffer.alloc(8)
  udp.writeUInt16BE(from.port, 0)
  udp.writeUInt16BE(to.port, 2)
  udp.writeUInt16BE(8 + payload.length, 4)
  const length = Buffer.alloc(4)
  length.writeUInt16BE(8 + payload.length, 2)
  // RFC 768: over source, target, protocol, length and the datagram; an all-zero sum is written as ones.
  udp.writeUInt16BE(checksum(Buffer.concat([source, target, Buffer.from([0, 17]), length.subarray(2), udp, payload])) || 0xffff, 6)
  // Made-up hardware addresses, marked as locally administered; the type says which IP follows.
  const ethernet = Buffer.from([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...(v6 ? [0x86, 0xdd] : [0x08, 0x00])])
  return Buffer.concat([ethernet, v6 ? ipv6Header(source, target, 8 + payload.length) : ipv4Header(source, target, 8 + payload.length), udp, payload])
}

function ipv4Header(source: Buffer, target: Buffer, length: number): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.writeUInt16BE(20 + length, 2)
  header[8] = 64
  header[9] = 17
  source.copy(header, 12)
  target.copy(header, 16)
  header.writeUInt16BE(checksum(header), 10)
  return header
}

function ipv6Header(source: Buffer, target: Buffer, length: number): Buffer {
  const header = Buffer.alloc(8)
  header[0] = 0x60
  header.writeUInt16BE(length, 4)
  header[6] = 17
  header[7] = 64
  return Buffer.concat([header, source, target])
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  if (bytes.length % 2 === 1) sum += (bytes[bytes.length - 1] as number) << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}
