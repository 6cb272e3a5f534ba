/** AES in counter mode with HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1). */
import { createCipheriv, type Cipheriv } from 'node:crypto'
import type { SrtpKey } from '../../../sdp/types.ts'
import { writeUint32 } from '../rtp.ts'
import { HmacSha1 } from './sha1.ts'
import { deriveKeys, profiles, type SessionKeys } from './suites.ts'
import type { Transform } from './transform.ts'

const RTCP_TAG = 10
const RTCP_HEADER = 8
/** The longest datagram that is ever sent or taken. */
const LONGEST = 2048
const BLOCK = 16
const E_FLAG = 0x80000000

/** What one of RTP and RTCP is encrypted and signed with. */
class Half {
  readonly hmac: HmacSha1
  readonly #salt: Buffer
  /** One cipher for ever: to make one a packet costs more than to encrypt it. */
  readonly #ecb: Cipheriv
  /** Counter blocks, all but the counter the same. */
  readonly #blocks = Buffer.alloc(LONGEST)
  /** The first n blocks of them, by n, made when first wanted: a view for every packet would be garbage. */
  readonly #views: (Buffer | undefined)[] = []

  constructor({ cipher, auth, salt }: SessionKeys) {
    this.hmac = new HmacSha1(auth)
    this.#salt = salt
    this.#ecb = createCipheriv('aes-128-ecb', cipher, null).setAutoPadding(false)
    for (let block = 0; block < LONGEST / BLOCK; block += 1) {
      this.#blocks.set(salt, block * BLOCK)
      this.#blocks.writeUInt16BE(block, block * BLOCK + 14)
    }
  }

  /** The same both ways. `high` and `low` are the 48 bits of the packet index. */
  crypt(packet: Buffer, start: number, end: number, ssrc: number, high: number, low: number): void {
    if (end <= start) return
    const salt = this.#salt
    const count = Math.ceil((end - start) / BLOCK)
    const a = (salt.readInt32BE(4) ^ ssrc) >>> 0
    const b = (salt.readInt32BE(8) ^ high) >>> 0
    const c = salt.readUInt16BE(12) ^ low
    const blocks = this.#blocks
    for (let block = 0; block < count; block += 1) {
      const at = block * BLOCK
      writeUint32(blocks, at + 4, a)
      writeUint32(blocks, at + 8, b)
      blocks[at + 12] = c >>> 8
      blocks[at + 13] = c & 0xff
    }
    const stream = this.#ecb.update((this.#views[count] ??= blocks.subarray(0, count * BLOCK)))
    for (let index = start, from = 0; index < end; index += 1, from += 1) packet[index]! ^= stream[from]!
  }
}

const sum = new Uint8Array(RTCP_TAG)

export class CounterTransform implements Transform {
  readonly #rtp: Half
  readonly #rtcp: Half
  readonly #tagBytes: number

  constructor(key: SrtpKey) {
    this.#rtp = new Half(deriveKeys(key, false))
    this.#rtcp = new Half(deriveKeys(key, true))
    this.#tagBytes = profiles[key.suite].tagBytes
  }

  sealRtp(packet: Buffer, start: number, end: number, ssrc: number, roll: number, sequence: number): number {
    this.#rtp.crypt(packet, start, end, ssrc, roll, sequence)
    this.#rtp.hmac.sign(packet, end, roll, packet, end, this.#tagBytes)
    return end + this.#tagBytes
  }

  openRtp(packet: Buffer, start: number, ssrc: number, roll: number, sequence: number): number {
    const end = packet.length - this.#tagBytes
    if (end < start || packet.length > LONGEST) return -1
    this.#rtp.hmac.sign(packet, end, roll, sum, 0, this.#tagBytes)
    if (!matches(packet, end, this.#tagBytes)) return -1
    this.#rtp.crypt(packet, start, end, ssrc, roll, sequence)
    return end
  }

  sealRtcp(packet: Buffer, end: number, ssrc: number, index: number): number {
    this.#rtcp.crypt(packet, RTCP_HEADER, end, ssrc, index >>> 16, index & 0xffff)
    writeUint32(packet, end, (E_FLAG | index) >>> 0)
    this.#rtcp.hmac.sign(packet, end + 4, undefined, packet, end + 4, RTCP_TAG)
    return end + 4 + RTCP_TAG
  }

  rtcpIndex(packet: Buffer): number {
    const at = packet.length - RTCP_TAG - 4
    if (at < RTCP_HEADER || packet.length > LONGEST) return -1
    const word = packet.readUInt32BE(at)
    return word >= E_FLAG ? word - E_FLAG : -1
  }

  openRtcp(packet: Buffer, ssrc: number, index: number): number {
    const signed = packet.length - RTCP_TAG
    this.#rtcp.hmac.sign(packet, signed, undefined, sum, 0, RTCP_TAG)
    if (!matches(packet, signed, RTCP_TAG)) return -1
    this.#rtcp.crypt(packet, RTCP_HEADER, signed - 4, ssrc, index >>> 16, index & 0xffff)
    return signed - 4
  }
}

/** In the same time wherever they differ. */
function matches(packet: Uint8Array, at: number, count: number): boolean {
  let difference = 0
  for (let index = 0; index < count; index += 1) difference |= packet[at + index]! ^ sum[index]!
  return difference === 0
}
