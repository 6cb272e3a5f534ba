/**
 * Makes sound of one party's packets for one listener: in order, at the listener's rate, what was
 * lost concealed, each piece with its place in time.
 *
 * Packets in order are decoded at once. Behind a gap they wait for the missing one, as long as the
 * stream's jitter makes that worth it; then the gap is concealed. The payload type may change at
 * any packet.
 */
import { codecNumbered, type EncodingNumber, type SoundDecoder } from './codecs/index.ts'
import { Concealment } from './concealment.ts'
import { Resampler } from './resample.ts'
import { sequenceDistance, type RtpView } from './rtp.ts'
import { Shelf, type Shelved } from './shelf.ts'

export interface Listener {
  /**
   * @param at place of the first sample in time, in samples since the stream began; goes on across gaps
   * @param stream counts how often the talker has started anew
   */
  hear(samples: Int16Array, count: number, at: number, stream: number, now: number): void
}

/** A packet that takes a number and holds no sound: an event, comfort noise, an unknown type. */
export const NO_SOUND = -1

/** The longest packet that Opus makes (RFC 6716 §2.1.4), at the highest rate. */
const LONGEST_SAMPLES = 5760
/** A gap longer than this was a pause (hold, another speaker) and no loss. */
const MOST_CONCEALED_MS = 200
/** Timestamps that jump further than this say nothing. */
const FAR_MS = 30_000
/** RFC 3550 A.1: further apart it is another stream. */
const RESTART = 1000
const LEAST_PATIENCE_MS = 20
const MOST_PATIENCE_MS = 120

export class Hearing {
  /** Packets that came after their turn. */
  late = 0
  /** Milliseconds of sound that were made up. */
  concealedMs = 0
  readonly #rate: number
  readonly #listener: Listener
  readonly #concealment: Concealment
  readonly #decoded = new Int16Array(LONGEST_SAMPLES)
  #resampled: Int16Array | undefined
  readonly #shelf = new Shelf()
  #decoder: SoundDecoder | undefined
  #resampler: Resampler | undefined
  #encoding: EncodingNumber | undefined
  #clock = 8
  #started = false
  #ssrc = 0
  #next = 0
  #timestamp = 0
  #gapSince = 0
  #at = 0
  #stream = 0
  #transit = 0
  #transitKnown = false
  #jitterMs = 0

  /** @param rate samples a second the listener wants */
  constructor(rate: number, listener: Listener) {
    this.#rate = rate
    this.#listener = listener
    this.#concealment = new Concealment(rate)
  }

  take(encoding: EncodingNumber, packet: Uint8Array, view: RtpView, now: number): void {
    this.#measure(encoding, view, now)
    this.#arrive(encoding, packet, view, now)
  }

  /** A packet without sound: its number is not missing. */
  skip(packet: Uint8Array, view: RtpView, now: number): void {
    this.#arrive(NO_SOUND, packet, view, now)
  }

  /** The place in time of a timestamp of this stream; the clock is that of the packet's own format, in units a millisecond. */
  placeOf(timestamp: number, clock: number): number {
    const off = ((timestamp - this.#timestamp) | 0) / clock
    return this.#started && Math.abs(off) < FAR_MS ? this.#at + Math.round((off * this.#rate) / 1000) : this.#at
  }

  /** Called now and then: what waits behind a gap does not wait for ever. */
  sweep(now: number): void {
    if (this.#shelf.count > 0 && now - this.#gapSince > this.#patienceMs) this.#giveUp(now)
  }

  /** Nothing is left to play: what waits behind a gap is wanted now. */
  hurry(now: number): void {
    if (this.#shelf.count > 0) this.#giveUp(now)
  }

  /** Frees the decoder; there must be no call after it. */
  close(): void {
    this.#decoder?.close?.()
  }

  get #patienceMs(): number {
    return Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, 3 * this.#jitterMs))
  }

  /** RFC 3550 A.8, in milliseconds. */
  #measure(encoding: EncodingNumber, view: RtpView, now: number): void {
    const transit = now - view.timestamp / codecNumbered(encoding).clock
    const difference = Math.abs(transit - this.#transit)
    if (this.#transitKnown && difference < 500) this.#jitterMs += (difference - this.#jitterMs) / 16
    this.#transit = transit
    this.#transitKnown = true
  }

  #arrive(encoding: EncodingNumber | typeof NO_SOUND, packet: Uint8Array, view: RtpView, now: number): void {
    const distance = sequenceDistance(view.sequence, this.#next)
    if (!this.#started || view.ssrc !== this.#ssrc || distance > RESTART || distance < -RESTART) this.#restart(encoding, view)
    else if (distance < 0) {
      if (encoding !== NO_SOUND) this.late += 1
      return
    } else if (distance > 0) {
      if (this.#shelf.count === 0) this.#gapSince = now
      const kept = this.#shelf.keep(encoding, packet, view, distance)
      if (kept && now - this.#gapSince <= this.#patienceMs) return
      while (this.#shelf.count > 0) this.#giveUp(now)
      if (kept) return
    }
    this.#turn(encoding, packet, view.payloadStart, view.payloadEnd, view.sequence, view.timestamp, now)
    this.#catchUp(now)
  }

  /** Takes what is on the shelf and whose turn it is. */
  #catchUp(now: number): void {
    for (let next = this.#shelf.take(this.#next); next !== undefined; next = this.#shelf.take(this.#next)) this.#turnOf(next, now)
  }

  /** The missing will not come: goes on with the first that has. */
  #giveUp(now: number): void {
    const first = this.#shelf.first(this.#next)
    if (first === undefined) return
    this.#gapSince = now
    this.#turnOf(first, now)
    this.#catchUp(now)
  }

  #turnOf(one: Shelved, now: number): void {
    this.#turn(one.encoding as EncodingNumber | typeof NO_SOUND, one.bytes, 0, one.length, one.sequence, one.timestamp, now)
  }

  #restart(encoding: EncodingNumber | typeof NO_SOUND, view: RtpView): void {
    this.#shelf.clear()
    this.#started = true
    this.#stream += 1
    this.#ssrc = view.ssrc
    this.#next = view.sequence
    this.#timestamp = view.timestamp
    if (encoding !== NO_SOUND) this.#clock = codecNumbered(encoding).clock
    this.#concealment.reset()
  }

  #turn(encoding: EncodingNumber | typeof NO_SOUND, packet: Uint8Array, start: number, end: number, sequence: number, timestamp: number, now: number): void {
    const lost = sequenceDistance(sequence, this.#next) > 0
    this.#next = (sequence + 1) & 0xffff
    if (encoding === NO_SOUND) return
    if (encoding !== this.#encoding) this.#change(encoding, timestamp)
    this.#bridgeGap(timestamp, lost, now)
    const count = this.#decode(packet, start, end)
    if (count === 0) return
    const samples = this.#resampler === undefined ? this.#decoded : this.#resampled!
    this.#concealment.heard(samples, count)
    this.#listener.hear(samples, count, this.#at, this.#stream, now)
    this.#at += count
  }

  /** Another payload type from here on. Another clock makes the timestamps incomparable (RFC 7160). */
  #change(encoding: EncodingNumber, timestamp: number): void {
    const codec = codecNumbered(encoding)
    if (codec.clock !== this.#clock) this.#timestamp = timestamp
    this.#encoding = encoding
    this.#clock = codec.clock
    this.#decoder?.close?.()
    this.#decoder = codec.decoder(this.#rate)
    this.#resampler = this.#decoder.rate === this.#rate ? undefined : new Resampler(this.#decoder.rate, this.#rate)
    if (this.#resampler !== undefined) this.#resampled ??= new Int16Array(LONGEST_SAMPLES)
  }

  #bridgeGap(timestamp: number, lost: boolean, now: number): void {
    const gapMs = ((timestamp - this.#timestamp) | 0) / this.#clock
    this.#timestamp = timestamp
    if (gapMs <= 0 || gapMs > FAR_MS) return
    const gap = Math.round((gapMs * this.#rate) / 1000)
    if (lost && gapMs <= MOST_CONCEALED_MS) {
      this.concealedMs += gapMs
      const piece = this.#resampled ?? this.#decoded
      for (let done = 0; done < gap;) {
        const count = Math.min(gap - done, piece.length)
        this.#concealment.conceal(piece, count)
        this.#listener.hear(piece, count, this.#at + done, this.#stream, now)
        done += count
      }
    }
    this.#at += gap
  }

  /** Decodes and resamples; moves the expected timestamp on. */
  #decode(packet: Uint8Array, start: number, end: number): number {
    const decoder = this.#decoder!
    const count = decoder.decode(packet, start, end, this.#decoded)
    this.#timestamp = (this.#timestamp + Math.round((count * this.#clock * 1000) / decoder.rate)) >>> 0
    return this.#resampler === undefined ? count : this.#resampler.process(this.#decoded, count, this.#resampled!)
  }
}
