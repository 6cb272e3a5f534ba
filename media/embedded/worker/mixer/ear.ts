/** One who hears a mix: its packets, in the codec and length of its leg. Encoded for it alone, or once for all who hear the same. */
import type { PartyFormat } from '../../protocol.ts'
import { codecNamed, type Codec } from '../codecs/index.ts'
import { Mouth } from '../mouth.ts'
import { createRtpView, RTP_HEADER } from '../rtp.ts'
import type { Target } from '../target.ts'

const BUFFERS = 4
const TICK_MS = 20

/** Listeners of one format. Whoever hears the same as the others is sent the same packets. */
export class Outlet {
  readonly codec: Codec
  readonly packetMs: number
  readonly ears = new Set<Ear>()
  readonly #mouth: Mouth
  readonly #period: number

  constructor(format: PartyFormat) {
    this.codec = codecNamed(format.encoding)
    this.packetMs = format.packetMs
    // Packets of 30 ms and frames of 20 ms begin together every 60 ms.
    this.#period = format.packetMs / divisor(format.packetMs, TICK_MS)
    this.#mouth = new Mouth(this.codec, format.packetMs, RTP_HEADER, (_source, packet, bytes, _at, _mark, now) => {
      for (const ear of this.ears) if (ear.shares === true) ear.emit(packet, bytes, now)
    })
  }

  /** A packet begins with this tick: an ear may change over between its own sound and the common one. */
  begins(tick: number): boolean {
    return tick % this.#period === 0
  }

  get shared(): boolean {
    for (const ear of this.ears) if (ear.shares === true) return true
    return false
  }

  say(frame: Int16Array, rate: number, now: number): void {
    this.#mouth.say(this, frame, frame.length, rate, undefined, now)
  }

  close(): void {
    this.#mouth.close()
  }
}

export class Ear {
  readonly outlet: Outlet
  /** It hears what all who are silent hear; undefined until its first packet begins. */
  shares: boolean | undefined
  readonly #out: Target
  readonly #view = createRtpView()
  readonly #buffers: Uint8Array[] = []
  #turn = 0
  #mouth: Mouth | undefined

  /** @param out takes the packets: a leg, here or in another worker */
  constructor(outlet: Outlet, out: Target) {
    this.outlet = outlet
    this.#out = out
    this.#view.payloadStart = RTP_HEADER
    this.#view.clock = outlet.codec.clock
    outlet.ears.add(this)
  }

  /** Says what only this one hears. */
  say(frame: Int16Array, rate: number, now: number): void {
    this.#mouth ??= new Mouth(this.outlet.codec, this.outlet.packetMs, RTP_HEADER, (_source, packet, bytes, _at, _mark, at) => this.emit(packet, bytes, at))
    this.#mouth.say(this, frame, frame.length, rate, undefined, now)
  }

  /** One packet whose payload waits in `encoded` behind the room for a header; the leg may change its own copy as it likes. */
  emit(encoded: Uint8Array, bytes: number, now: number): void {
    const length = RTP_HEADER + bytes
    this.#turn = (this.#turn + 1) % BUFFERS
    let buffer = this.#buffers[this.#turn]
    // Packets of Opus differ in length; nearly always there is one of the right length already.
    if (buffer?.length !== length) buffer = this.#buffers[this.#turn] = new Uint8Array(length)
    for (let i = RTP_HEADER; i < length; i += 1) buffer[i] = encoded[i]!
    buffer[0] = 0x80
    const { codec, packetMs } = this.outlet
    const view = this.#view
    view.payloadEnd = length
    view.sequence = (view.sequence + 1) & 0xffff
    view.timestamp = (view.timestamp + packetMs * codec.clock) >>> 0
    this.#out.take(this, codec.number, buffer, view, now)
  }

  close(): void {
    this.outlet.ears.delete(this)
    this.#mouth?.close()
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}
