/** Handshake messages in order, whole, once; our own sent again until the peer goes on (RFC 6347 §4.2). */
import { number } from './bytes.ts'
import { CHANGE_CIPHER_SPEC, HANDSHAKE, Records, type DtlsRecord } from './records.ts'

const HEADER = 12
/** What any path carries. */
const LONGEST_DATAGRAM = 1200
/** Certificates of phones are far smaller. */
const LONGEST_MESSAGE = 16_384
const MOST_AHEAD = 16
const FIRST_WAIT_MS = 400
const LONGEST_WAIT_MS = 8000

interface Partial {
  type: number
  body: Buffer
  have: Uint8Array
  missing: number
}

export interface FlightListener {
  send(datagram: Buffer): void
  /** One whole message, in its turn. `raw` has the header that the hash of the handshake wants. */
  message(type: number, body: Buffer, raw: Buffer, epoch: number): void
  /** A message of before came again. */
  repeated(type: number): void
}


export class Flights {
  readonly records = new Records()
  readonly #listener: FlightListener
  readonly #partial = new Map<number, Partial>()
  #nextSend = 0
  #nextReceive = 0
  #flight: DtlsRecord[] = []
  #timer: NodeJS.Timeout | undefined
  #waitMs = FIRST_WAIT_MS

  constructor(listener: FlightListener) {
    this.#listener = listener
  }

  /** Numbers a message of ours; it goes out with the next flight. Returns it as the hash of the handshake wants it. */
  frame(type: number, body: Buffer): Buffer {
    const length = number(3, body.length)
    const framed = Buffer.concat([number(1, type), length, number(2, this.#nextSend), number(3, 0), length, body])
    this.#nextSend += 1
    return framed
  }

  /**
   * Sends a flight, and again until `rest`.
   * @param plain framed messages before our ChangeCipherSpec
   * @param sealed those behind it; absent: no ChangeCipherSpec
   */
  fly(plain: readonly Buffer[], sealed?: readonly Buffer[], again = true): void {
    this.#flight = [
      ...plain.map((body) => ({ type: HANDSHAKE, epoch: 0, body })),
      ...(sealed === undefined ? [] : [{ type: CHANGE_CIPHER_SPEC, epoch: 0, body: Buffer.from([1]) }]),
      ...(sealed ?? []).map((body) => ({ type: HANDSHAKE, epoch: 1, body })),
    ]
    this.#waitMs = FIRST_WAIT_MS
    this.resend()
    if (again) this.#wait()
  }

  resend(): void {
    let datagram: Buffer[] = []
    let length = 0
    for (const one of this.#flight) {
      const record = this.records.write(one)
      if (length + record.length > LONGEST_DATAGRAM && length > 0) {
        this.#listener.send(Buffer.concat(datagram))
        datagram = []
        length = 0
      }
      datagram.push(record)
      length += record.length
    }
    if (length > 0) this.#listener.send(Buffer.concat(datagram))
  }

  /** The peer has gone on. */
  rest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #wait(): void {
    this.rest()
    this.#timer = setTimeout(() => {
      this.resend()
      this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2)
      this.#wait()
    }, this.#waitMs)
  }

  /** One handshake record: one or more messages, or pieces of them. */
  take(body: Buffer, epoch: number): void {
    for (let at = 0; at + HEADER <= body.length;) {
      const [type, length, sequence] = [body[at]!, body.readUIntBE(at + 1, 3), body.readUInt16BE(at + 4)]
      const [offset, count] = [body.readUIntBE(at + 6, 3), body.readUIntBE(at + 9, 3)]
      const end = at + HEADER + count
      if (end > body.length || offset + count > length || length > LONGEST_MESSAGE) return
      if (sequence < this.#nextReceive) this.#listener.repeated(type)
      else if (sequence < this.#nextReceive + MOST_AHEAD) this.#gather(sequence, type, length, offset, body.subarray(at + HEADER, end))
      at = end
      this.#deliver(epoch)
    }
  }

  #gather(sequence: number, type: number, length: number, offset: number, piece: Buffer): void {
    let partial = this.#partial.get(sequence)
    if (partial === undefined) this.#partial.set(sequence, partial = { type, body: Buffer.alloc(length), have: new Uint8Array(length), missing: length })
    if (partial.type !== type || partial.body.length !== length) return
    for (let index = 0; index < piece.length; index += 1) {
      if (partial.have[offset + index] === 1) continue
      partial.have[offset + index] = 1
      partial.body[offset + index] = piece[index]!
      partial.missing -= 1
    }
  }

  #deliver(epoch: number): void {
    for (let next = this.#partial.get(this.#nextReceive); next?.missing === 0; next = this.#partial.get(this.#nextReceive)) {
      const length = number(3, next.body.length)
      const raw = Buffer.concat([number(1, next.type), length, number(2, this.#nextReceive), number(3, 0), length, next.body])
      this.#partial.delete(this.#nextReceive)
      this.#nextReceive += 1
      this.#listener.message(next.type, next.body, raw, epoch)
    }
  }
}
