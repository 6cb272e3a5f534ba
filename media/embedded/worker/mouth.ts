/**
 * What a leg says that we encode ourselves: samples in, packets of the length the peer wants out.
 * One encoder for the stream, whoever speaks: the peer's decoder goes on without a jump.
 */
import type { Codec, SoundEncoder } from './codecs/index.ts'
import { Resampler } from './resample.ts'

/** Sends one encoded packet: `bytes` of payload wait in `packet` behind the header. */
export type SendPacket = (source: object, packet: Uint8Array, bytes: number, at: number, mark: boolean, now: number) => void

// A frame that the kernel could not take at once is still being read: a few buffers in turn keep it whole.
const BUFFERS = 4
/** The most that an encoder makes of one packet: 60 ms of G.711 or G.722, or libopus' limit. */
const LONGEST_PAYLOAD = 1500

export class Mouth {
  readonly codec: Codec
  readonly #encoder: SoundEncoder
  readonly #header: number
  readonly #send: SendPacket
  readonly #frame: Int16Array
  readonly #buffers: Uint8Array[] = []
  #turn = 0
  #source: object | undefined
  #rate = 0
  #resampler: Resampler | undefined
  #resampled = new Int16Array(0)
  #filled = 0
  /** Place in time of the next sample, in samples of the codec. */
  #at = 0
  #mark = false

  /**
   * @param packetMs length of a packet in milliseconds
   * @param header bytes to leave free before the payload
   */
  constructor(codec: Codec, packetMs: number, header: number, send: SendPacket) {
    this.codec = codec
    this.#encoder = codec.encoder()
    this.#header = header
    this.#send = send
    this.#frame = new Int16Array((codec.rate * packetMs) / 1000)
  }

  /**
   * Says `count` samples.
   * @param source who speaks; another one starts a new packet
   * @param at place in time in samples of `rate`; absent: right behind what came before
   */
  say(source: object, samples: Int16Array, count: number, rate: number, at: number | undefined, now: number): void {
    if (source !== this.#source || rate !== this.#rate) this.#change(source, rate)
    if (at !== undefined) this.#moveTo((at * this.codec.rate) / rate, now)
    if (this.#resampler === undefined) this.#fill(samples, count, now)
    else {
      const most = Math.ceil((count * this.codec.rate) / rate) + 1
      if (this.#resampled.length < most) this.#resampled = new Int16Array(most)
      this.#fill(this.#resampled, this.#resampler.process(samples, count, this.#resampled), now)
    }
  }

  /** Frees the encoder; there must be no call after it. */
  close(): void {
    this.#encoder.close?.()
  }

  #change(source: object, rate: number): void {
    this.#source = source
    this.#rate = rate
    this.#resampler = rate === this.codec.rate ? undefined : new Resampler(rate, this.codec.rate)
    this.#filled = 0
    this.#mark = false
  }

  /** A gap in time ends the packet that was begun, and the next is the first of a talk spurt (RFC 3551 §4.1). */
  #moveTo(at: number, now: number): void {
    const ahead = at - (this.#at + this.#filled)
    // Resampling may round by a sample; that is no gap.
    if (Math.abs(ahead) <= 2) return
    if (this.#filled > 0) {
      this.#frame.fill(0, this.#filled)
      this.#filled = this.#frame.length
      this.#flush(now)
    }
    this.#at = at
    this.#mark = true
  }

  #fill(samples: Int16Array, count: number, now: number): void {
    const frame = this.#frame
    for (let done = 0; done < count;) {
      const part = Math.min(count - done, frame.length - this.#filled)
      for (let i = 0; i < part; i += 1) frame[this.#filled + i] = samples[done + i]!
      this.#filled += part
      done += part
      if (this.#filled === frame.length) this.#flush(now)
    }
  }

  #flush(now: number): void {
    this.#turn = (this.#turn + 1) % BUFFERS
    const buffer = this.#buffers[this.#turn] ??= new Uint8Array(this.#header + LONGEST_PAYLOAD)
    const bytes = this.#encoder.encode(this.#frame, this.#frame.length, buffer, this.#header)
    this.#send(this.#source!, buffer, bytes, this.#at, this.#mark, now)
    this.#at += this.#frame.length
    this.#filled = 0
    this.#mark = false
  }
}
