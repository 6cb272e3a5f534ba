/**
 * The one stream a leg sends: one SSRC from first to last, sequence numbers and timestamps that
 * go on without a break whoever the sound comes from (RFC 3550 §5.1), a marker where the source
 * changes (RFC 3551 §4.1).
 */
import { randomBytes } from 'node:crypto'
import { rewriteRtp, sequenceDistance } from './rtp.ts'

// A source that jumps further than this has started anew.
const JUMP = 3000

export class Outgoing {
  ssrc = randomBytes(4).readUInt32BE()
  packets = 0
  bytes = 0
  #sequence = randomBytes(2).readUInt16BE() & 0x7fff
  #timestamp = randomBytes(4).readUInt32BE()
  #sentAt = 0
  #clock = 8
  #started = false
  #source: object | undefined
  #sourceSsrc = 0
  #sourceSequence = 0
  #sequenceOffset = 0
  #timestampOffset = 0
  #placeOffset = 0

  /** Timestamp units a millisecond. Streams of two clocks are two streams (RFC 7160 §4.1): another clock takes another SSRC. */
  set clock(clock: number) {
    if (clock === this.#clock) return
    this.#clock = clock
    this.#source = undefined
    if (!this.#started) return
    this.#started = false
    this.ssrc = randomBytes(4).readUInt32BE()
    this.#timestamp = randomBytes(4).readUInt32BE()
  }

  /** The RTP timestamp of `now` (performance.now()) in this stream, for sender reports. */
  timestampAt(now: number): number {
    return (this.#timestamp + Math.round((now - this.#sentAt) * this.#clock)) >>> 0
  }

  get started(): boolean {
    return this.#started
  }

  /**
   * Fits a packet of another stream into this one.
   * @param source whose packet it is; a new source continues our numbering
   */
  relay(
    source: object, packet: Uint8Array, now: number,
    marker: boolean, payloadType: number, ssrc: number, sequence: number, timestamp: number, payloadBytes: number,
  ): void {
    let mark = marker
    const jump = sequenceDistance(sequence, this.#sourceSequence)
    if (source !== this.#source || ssrc !== this.#sourceSsrc || jump > JUMP || jump < -JUMP) {
      this.#change(source, now)
      this.#sourceSsrc = ssrc
      this.#sourceSequence = sequence
      this.#sequenceOffset = this.#sequence + 1 - sequence
      this.#timestampOffset = this.#timestamp - timestamp
      mark = true
    } else if (jump > 0) this.#sourceSequence = sequence
    const ours = (sequence + this.#sequenceOffset) & 0xffff
    const time = (timestamp + this.#timestampOffset) >>> 0
    rewriteRtp(packet, mark, payloadType, ours, time, this.ssrc)
    if (sequenceDistance(ours, this.#sequence) > 0) {
      this.#sequence = ours
      this.#timestamp = time
    }
    this.#count(now, payloadBytes)
  }

  /** A packet of the current source that is left out on purpose must not look like loss. */
  skip(source: object): void {
    if (source === this.#source) this.#sequenceOffset -= 1
  }

  /**
   * Numbers a packet that we make ourselves.
   * @param at its place in time in units of our clock, counted from wherever the source likes
   */
  place(source: object, packet: Uint8Array, now: number, marker: boolean, payloadType: number, payloadBytes: number, at: number): void {
    const change = source !== this.#source
    if (change) {
      this.#change(source, now)
      this.#placeOffset = this.#timestamp - at
    }
    const time = (at + this.#placeOffset) >>> 0
    this.#sequence = (this.#sequence + 1) & 0xffff
    rewriteRtp(packet, marker || change, payloadType, this.#sequence, time, this.ssrc)
    // An event keeps the time it began at, behind sound that was sent meanwhile.
    if (((time - this.#timestamp) | 0) > 0) this.#timestamp = time
    this.#count(now, payloadBytes)
  }

  /** Numbers one packet of an RFC 4733 event: all of an event carry the time it began at. */
  generateEvent(source: object, packet: Uint8Array, now: number, payloadType: number, first: boolean): void {
    if (first) this.#change(source, now)
    this.#sequence = (this.#sequence + 1) & 0xffff
    rewriteRtp(packet, first, payloadType, this.#sequence, this.#timestamp, this.ssrc)
    this.packets += 1
    this.bytes += 4
  }

  /** Moves the timestamp on by the time that really passed, at least one frame. */
  #change(source: object, now: number): void {
    if (this.#started) this.#timestamp = (this.#timestamp + Math.max(20 * this.#clock, Math.round((now - this.#sentAt) * this.#clock))) >>> 0
    this.#started = true
    this.#sentAt = now
    this.#source = source
  }

  #count(now: number, bytes: number): void {
    this.#sentAt = now
    this.packets += 1
    this.bytes += bytes
  }
}
