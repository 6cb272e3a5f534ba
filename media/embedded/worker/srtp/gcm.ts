/** AES-GCM (RFC 7714). */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { SrtpKey } from '../../../sdp/types.ts'
import { writeUint32 } from '../rtp.ts'
import { deriveKeys } from './suites.ts'
import type { Transform } from './transform.ts'

const TAG = 16
const RTCP_HEADER = 8
const E_FLAG = 0x80000000
const options = { authTagLength: TAG }

interface Half {
  key: KeyObject
  salt: Buffer
}

export class GcmTransform implements Transform {
  readonly #name: 'aes-128-gcm' | 'aes-256-gcm'
  readonly #rtp: Half
  readonly #rtcp: Half
  readonly #iv = Buffer.alloc(12)
  readonly #aad = Buffer.alloc(RTCP_HEADER + 4)

  constructor(key: SrtpKey) {
    this.#name = key.suite === 'AEAD_AES_256_GCM' ? 'aes-256-gcm' : 'aes-128-gcm'
    // A key object is taken in once; bytes would be for every packet.
    const half = (rtcp: boolean): Half => {
      const { cipher, salt } = deriveKeys(key, rtcp)
      return { key: createSecretKey(cipher), salt }
    }
    this.#rtp = half(false)
    this.#rtcp = half(true)
  }

  /** RFC 7714 §8.1 and §9.1: two zero bytes, the SSRC, 48 bits of index, exclusive-or the salt. */
  #nonce(salt: Buffer, ssrc: number, high: number, low: number): Buffer {
    const iv = this.#iv
    iv[0] = salt[0]!
    iv[1] = salt[1]!
    writeUint32(iv, 2, (salt.readInt32BE(2) ^ ssrc) >>> 0)
    writeUint32(iv, 6, (salt.readInt32BE(6) ^ high) >>> 0)
    iv[10] = salt[10]! ^ (low >>> 8)
    iv[11] = salt[11]! ^ (low & 0xff)
    return iv
  }

  #seal(half: Half, packet: Buffer, start: number, end: number, aad: Buffer): number {
    const cipher = createCipheriv(this.#name, half.key, this.#iv, options)
    cipher.setAAD(aad)
    cipher.update(packet.subarray(start, end)).copy(packet, start)
    cipher.final()
    cipher.getAuthTag().copy(packet, end)
    return end + TAG
  }

  #open(half: Half, packet: Buffer, start: number, end: number, aad: Buffer): number {
    const decipher = createDecipheriv(this.#name, half.key, this.#iv, options)
    decipher.setAAD(aad)
    decipher.setAuthTag(packet.subarray(end, end + TAG))
    const plain = decipher.update(packet.subarray(start, end))
    try {
      decipher.final()
    } catch {
      return -1
    }
    plain.copy(packet, start)
    return end
  }

  sealRtp(packet: Buffer, start: number, end: number, ssrc: number, roll: number, sequence: number): number {
    this.#nonce(this.#rtp.salt, ssrc, roll, sequence)
    return this.#seal(this.#rtp, packet, start, end, packet.subarray(0, start))
  }

  openRtp(packet: Buffer, start: number, ssrc: number, roll: number, sequence: number): number {
    const end = packet.length - TAG
    if (end < start) return -1
    this.#nonce(this.#rtp.salt, ssrc, roll, sequence)
    return this.#open(this.#rtp, packet, start, end, packet.subarray(0, start))
  }

  /** The index is behind the tag, and signed behind the header (RFC 7714 §9.2). */
  #rtcpAad(packet: Buffer, word: number): Buffer {
    packet.copy(this.#aad, 0, 0, RTCP_HEADER)
    writeUint32(this.#aad, RTCP_HEADER, word)
    return this.#aad
  }

  sealRtcp(packet: Buffer, end: number, ssrc: number, index: number): number {
    const word = (E_FLAG | index) >>> 0
    this.#nonce(this.#rtcp.salt, ssrc, index >>> 16, index & 0xffff)
    // Above the index are sixteen zero bits more than in RTP.
    const length = this.#seal(this.#rtcp, packet, RTCP_HEADER, end, this.#rtcpAad(packet, word))
    writeUint32(packet, length, word)
    return length + 4
  }

  rtcpIndex(packet: Buffer): number {
    if (packet.length < RTCP_HEADER + TAG + 4) return -1
    const word = packet.readUInt32BE(packet.length - 4)
    return word >= E_FLAG ? word - E_FLAG : -1
  }

  openRtcp(packet: Buffer, ssrc: number, index: number): number {
    this.#nonce(this.#rtcp.salt, ssrc, index >>> 16, index & 0xffff)
    return this.#open(this.#rtcp, packet, RTCP_HEADER, packet.length - TAG - 4, this.#rtcpAad(packet, (E_FLAG | index) >>> 0))
  }
}
