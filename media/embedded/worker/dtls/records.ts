/** Records of DTLS 1.2 (RFC 6347 §4.1), encrypted by AES-128-GCM from the second epoch on (RFC 5288). */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { ReplayWindow } from '../srtp/replay.ts'
import { number } from './bytes.ts'
import type { RecordKeys } from './secrets.ts'

export const CHANGE_CIPHER_SPEC = 20
export const ALERT = 21
export const HANDSHAKE = 22

const VERSION = 0xfefd
const HEADER = 13
const EXPLICIT_NONCE = 8
const TAG = 16

export interface DtlsRecord {
  type: number
  epoch: number
  body: Buffer
}

export class Records {
  #sendKeys: RecordKeys | undefined
  #receiveKeys: RecordKeys | undefined
  /** Next number to send, by epoch. */
  readonly #sequences = [0, 0]
  readonly #replays = new ReplayWindow()

  key(send: RecordKeys, receive: RecordKeys): void {
    this.#sendKeys = send
    this.#receiveKeys = receive
  }

  write({ type, epoch, body }: DtlsRecord): Buffer {
    const sequence = this.#sequences[epoch]!
    this.#sequences[epoch] = sequence + 1
    const place = Buffer.concat([number(2, epoch), number(6, sequence)])
    const payload = epoch === 0 ? body : this.#seal(type, place, body)
    return Buffer.concat([number(1, type), number(2, VERSION), place, number(2, payload.length), payload])
  }

  /**
   * The records of a datagram that can be read; others are left out without a word (§4.1.2.7). One by one: what the first
   * says may be the key to the next.
   */
  *read(datagram: Buffer): Generator<DtlsRecord> {
    for (let at = 0; at + HEADER <= datagram.length;) {
      const length = datagram.readUInt16BE(at + 11)
      const end = at + HEADER + length
      if (end > datagram.length || datagram[at + 1] !== 0xfe) break
      const type = datagram[at]!
      const epoch = datagram.readUInt16BE(at + 3)
      const place = datagram.subarray(at + 3, at + 11)
      const payload = datagram.subarray(at + HEADER, end)
      const body = epoch === 0 ? payload : epoch === 1 ? this.#open(type, place, payload) : undefined
      if (body !== undefined) yield { type, epoch, body }
      at = end
    }
  }

  #seal(type: number, place: Buffer, body: Buffer): Buffer {
    const { key, iv } = this.#sendKeys!
    const cipher = createCipheriv('aes-128-gcm', key, Buffer.concat([iv, place]))
    cipher.setAAD(Buffer.concat([place, number(1, type), number(2, VERSION), number(2, body.length)]))
    const sealed = Buffer.concat([cipher.update(body), cipher.final()])
    return Buffer.concat([place, sealed, cipher.getAuthTag()])
  }

  #open(type: number, place: Buffer, payload: Buffer): Buffer | undefined {
    const keys = this.#receiveKeys
    const length = payload.length - EXPLICIT_NONCE - TAG
    if (keys === undefined || length < 0) return undefined
    const sequence = place.readUIntBE(2, 6)
    if (!this.#replays.isNew(sequence)) return undefined
    const decipher = createDecipheriv('aes-128-gcm', keys.key, Buffer.concat([keys.iv, payload.subarray(0, EXPLICIT_NONCE)]), { authTagLength: TAG })
    decipher.setAAD(Buffer.concat([place, number(1, type), number(2, VERSION), number(2, length)]))
    decipher.setAuthTag(payload.subarray(payload.length - TAG))
    try {
      const body = Buffer.concat([decipher.update(payload.subarray(EXPLICIT_NONCE, EXPLICIT_NONCE + length)), decipher.final()])
      this.#replays.take(sequence)
      return body
    } catch {
      return undefined
    }
  }
}
