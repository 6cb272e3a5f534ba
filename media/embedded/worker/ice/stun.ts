/** STUN Binding (RFC 8489) as ICE uses it: reading a check, and the answer to it. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { crc32 } from 'node:zlib'

const HEADER = 20
const COOKIE = 0x2112a442
const BINDING_REQUEST = 0x0001
const BINDING_SUCCESS = 0x0101
const USERNAME = 0x0006
const MESSAGE_INTEGRITY = 0x0008
const XOR_MAPPED_ADDRESS = 0x0020
const USE_CANDIDATE = 0x0025
const FINGERPRINT = 0x8028
const INTEGRITY_BYTES = 20
const FINGERPRINT_XOR = 0x5354554e
/** A check has a few short attributes. */
const LONGEST = 1280

/** The first two bits of STUN are zero, and so are the rest of the first byte for Binding (RFC 7983 §7). */
export function looksLikeStun(packet: Uint8Array): boolean {
  return packet[0]! < 4
}

export interface Check {
  /** `ours:theirs` (RFC 8445 §7.2.2). */
  username: string
  nominated: boolean
  transaction: Buffer
}

/** A Binding request that whoever knows `password` has sent; undefined for anything else. */
export function readCheck(packet: Buffer, password: string): Check | undefined {
  if (packet.length < HEADER || packet.length > LONGEST) return undefined
  if (packet.readUInt16BE(0) !== BINDING_REQUEST || packet.readUInt16BE(2) !== packet.length - HEADER || packet.readUInt32BE(4) !== COOKIE) return undefined
  let username: string | undefined
  let nominated = false
  let genuine = false
  for (let at = HEADER; at + 4 <= packet.length;) {
    const [type, length] = [packet.readUInt16BE(at), packet.readUInt16BE(at + 2)]
    const value = packet.subarray(at + 4, at + 4 + length)
    if (value.length !== length) return undefined
    // What stands behind the signature is nobody's, but for the checksum (RFC 8489 §14.5).
    if (type === FINGERPRINT) return genuine && username !== undefined && checksum(packet, at) === value.readUInt32BE(0) ? { username, nominated, transaction: packet.subarray(8, HEADER) } : undefined
    if (!genuine && type === USERNAME) username = value.toString('utf8')
    else if (!genuine && type === USE_CANDIDATE) nominated = true
    else if (!genuine && type === MESSAGE_INTEGRITY) {
      if (length !== INTEGRITY_BYTES || !timingSafeEqual(value, integrity(packet, at, password))) return undefined
      genuine = true
    }
    at += 4 + length + ((4 - (length & 3)) & 3)
  }
  return genuine && username !== undefined ? { username, nominated, transaction: packet.subarray(8, HEADER) } : undefined
}

/** The success response: where the check was seen to come from (RFC 8489 §14.2). */
export function writeSuccess(transaction: Buffer, address: string, port: number, password: string): Buffer {
  const bytes = addressBytes(address)
  const packet = Buffer.alloc(HEADER + 8 + bytes.length + 4 + INTEGRITY_BYTES + 8)
  packet.writeUInt16BE(BINDING_SUCCESS, 0)
  packet.writeUInt16BE(packet.length - HEADER, 2)
  packet.writeUInt32BE(COOKIE, 4)
  transaction.copy(packet, 8)
  packet.writeUInt16BE(XOR_MAPPED_ADDRESS, 20)
  packet.writeUInt16BE(4 + bytes.length, 22)
  packet[25] = bytes.length === 4 ? 1 : 2
  packet.writeUInt16BE(port ^ (COOKIE >>> 16), 26)
  // The cookie, and with IPv6 the number of the transaction behind it.
  for (let index = 0; index < bytes.length; index += 1) packet[28 + index] = bytes[index]! ^ packet[4 + index]!
  const signed = HEADER + 8 + bytes.length
  packet.writeUInt16BE(MESSAGE_INTEGRITY, signed)
  packet.writeUInt16BE(INTEGRITY_BYTES, signed + 2)
  integrity(packet, signed, password).copy(packet, signed + 4)
  const last = signed + 4 + INTEGRITY_BYTES
  packet.writeUInt16BE(FINGERPRINT, last)
  packet.writeUInt16BE(4, last + 2)
  packet.writeUInt32BE(checksum(packet, last), last + 4)
  return packet
}

function addressBytes(address: string): number[] {
  if (isIPv4(address)) return address.split('.').map(Number)
  const [bare = ''] = address.split('%')
  const [head = '', tail] = bare.split('::')
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)))
  const [before, after] = [groups(head), groups(tail ?? '')]
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after].flatMap((group) => [group >> 8, group & 255])
}

/** Over what is before the attribute at `at`, with the length as if it were the last (RFC 8489 §14.5). */
function integrity(packet: Buffer, at: number, password: string): Buffer {
  const head = Buffer.from(packet.subarray(0, HEADER))
  head.writeUInt16BE(at + 4 + INTEGRITY_BYTES - HEADER, 2)
  return createHmac('sha1', password).update(head).update(packet.subarray(HEADER, at)).digest()
}

/** RFC 8489 §14.7; the length is that of the whole, which it ends. */
function checksum(packet: Buffer, at: number): number {
  return (crc32(packet.subarray(0, at)) ^ FINGERPRINT_XOR) >>> 0
}
