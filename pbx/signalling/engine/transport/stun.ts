/**
 * STUN on SIP ports (RFC 5626 §8): binding requests are answered with where they came from, so that
 * phones keep their NAT open and learn when it gave them another address (§4.4.2). No more of RFC 5389
 * than its basic server (§13): no authentication, no other method.
 */
import { isIPv4, isIPv6 } from 'node:net'

const HEADER = 20
const COOKIE = 0x2112a442
const BINDING_REQUEST = 0x0001
const BINDING_SUCCESS = 0x0101
const BINDING_ERROR = 0x0111
const XOR_MAPPED_ADDRESS = 0x0020
const ERROR_CODE = 0x0009
const UNKNOWN_ATTRIBUTES = 0x000a
/** Comprehension-required attributes that may stand in a request to us: MAPPED-ADDRESS, USERNAME, MESSAGE-INTEGRITY, REALM, NONCE. */
const UNDERSTOOD = new Set([0x0001, 0x0006, 0x0008, 0x0014, 0x0015])
const REASON = 'Unknown Attribute'

/** Whether data of at least 8 bytes is STUN and cannot be SIP: its first two bits are 0 and the cookie is there (RFC 5389 §6). */
export function isStun(data: Buffer): boolean {
  return data.length >= 8 && (data[0] as number) < 0x40 && data.readUInt32BE(4) === COOKIE
}

/** Bytes of the whole message whose first 4 bytes are there. */
export function stunLength(data: Buffer): number {
  return HEADER + data.readUInt16BE(2)
}

/** The answer to a binding request of that peer; undefined for anything else, which is ignored. */
export function answerStun(data: Buffer, address: string, port: number): Buffer | undefined {
  if (data.length < HEADER || data.readUInt16BE(0) !== BINDING_REQUEST || stunLength(data) !== data.length || data.length % 4 !== 0) return undefined
  const unknown = unknownAttributes(data)
  if (unknown === undefined) return undefined
  if (unknown.length > 0) return message(BINDING_ERROR, data, [attribute(ERROR_CODE, Buffer.concat([Buffer.of(0, 0, 4, 20), Buffer.from(REASON)])), attribute(UNKNOWN_ATTRIBUTES, words(unknown))])
  const mapped = xorMapped(data, address, port)
  return mapped && message(BINDING_SUCCESS, data, [attribute(XOR_MAPPED_ADDRESS, mapped)])
}

/** Undefined when an attribute reaches beyond the message. */
function unknownAttributes(data: Buffer): number[] | undefined {
  const unknown: number[] = []
  let at = HEADER
  while (at < data.length) {
    const type = data.readUInt16BE(at)
    const length = data.readUInt16BE(at + 2)
    if (type < 0x8000 && !UNDERSTOOD.has(type)) unknown.push(type)
    at += 4 + Math.ceil(length / 4) * 4
    if (at > data.length) return undefined
  }
  return unknown
}

/** RFC 5389 §15.2: hidden from routers that rewrite addresses wherever they find one. */
function xorMapped(request: Buffer, address: string, port: number): Buffer | undefined {
  const bytes = addressBytes(address)
  if (bytes === undefined) return undefined
  const head = Buffer.of(0, bytes.length === 4 ? 1 : 2, 0, 0)
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2)
  // Cookie and transaction id stand together in the request.
  return Buffer.concat([head, bytes.map((byte, i) => byte ^ (request[4 + i] as number))])
}

function addressBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address)) return undefined
  const [plain = ''] = address.split('%')
  const [head = '', tail] = plain.split('::')
  const groups = (part: string | undefined) => (part === undefined || part === '' ? [] : part.split(':'))
  const [before, after] = [groups(head), groups(tail)]
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  const bytes = Buffer.alloc(16)
  all.forEach((group, i) => bytes.writeUInt16BE(parseInt(group, 16), 2 * i))
  return bytes
}

function message(type: number, request: Buffer, attributes: Buffer[]): Buffer {
  const body = Buffer.concat(attributes)
  const head = Buffer.from(request.subarray(0, HEADER))
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  padded.writeUInt16BE(type, 0)
  padded.writeUInt16BE(value.length, 2)
  value.copy(padded, 4)
  return padded
}

function words(values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  values.forEach((value, i) => bytes.writeUInt16BE(value, 2 * i))
  return bytes
}
