/** What a peer's stream is worth: loss and jitter (RFC 3550 appendices A.1, A.3, A.8), quality (ITU-T G.107). */
import { sequenceDistance } from './rtp.ts'

// RFC 3550 A.1: a jump further than this is a restarted stream and not loss.
const MAX_DROPOUT = 3000
const MAX_MISORDER = 100

export class Reception {
  ssrc = 0
  received = 0
  bytes = 0
  /** In timestamp units, smoothed. */
  jitter = 0
  #clock = 8
  #started = false
  #base = 0
  #highest = 0
  #cycles = 0
  #inStream = 0
  // Sums over the streams that went before (the peer may change its SSRC).
  #expectedBefore = 0
  #lostBefore = 0
  #transit = 0
  #transitKnown = false
  #reportedExpected = 0
  #reportedLost = 0

  /**
   * @param now the time it came in, in milliseconds
   * @param clock timestamp units a millisecond
   * @param audio RFC 4733 packets repeat a timestamp on purpose and say nothing about jitter
   */
  take(ssrc: number, sequence: number, timestamp: number, bytes: number, now: number, clock: number, audio: boolean): void {
    this.received += 1
    this.bytes += bytes
    const distance = sequenceDistance(sequence, this.#highest)
    if (!this.#started || ssrc !== this.ssrc || distance > MAX_DROPOUT || distance < -MAX_MISORDER) this.#restart(ssrc, sequence)
    else if (distance > 0) {
      if (sequence < this.#highest) this.#cycles += 65_536
      this.#highest = sequence
    }
    this.#inStream += 1
    if (audio) this.#measureJitter(timestamp, now, clock)
  }

  get jitterMs(): number {
    return this.jitter / this.#clock
  }

  get highestExtended(): number {
    return (this.#cycles + this.#highest) >>> 0
  }

  get expected(): number {
    return this.#expectedBefore + this.#expectedNow()
  }

  get lost(): number {
    return this.#lostBefore + Math.max(0, this.#expectedNow() - this.#inStream)
  }

  /** The share lost since the last report, as an 8-bit fraction (RFC 3550 A.3). */
  takeFractionLost(): number {
    const expected = this.expected - this.#reportedExpected
    const lost = this.lost - this.#reportedLost
    this.#reportedExpected = this.expected
    this.#reportedLost = this.lost
    return expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected))
  }

  #expectedNow(): number {
    return this.#started ? this.#cycles + this.#highest - this.#base + 1 : 0
  }

  #restart(ssrc: number, sequence: number): void {
    this.#lostBefore = this.lost
    this.#expectedBefore = this.expected
    this.#started = true
    this.ssrc = ssrc
    this.#base = sequence
    this.#highest = sequence
    this.#cycles = 0
    this.#inStream = 0
    this.#transitKnown = false
  }

  #measureJitter(timestamp: number, now: number, clock: number): void {
    if (clock !== this.#clock) {
      this.jitter *= clock / this.#clock
      this.#clock = clock
      this.#transitKnown = false
    }
    const transit = (((now * clock) | 0) - timestamp) | 0
    if (this.#transitKnown) {
      const difference = Math.abs((transit - this.#transit) | 0)
      // A pause in talking or a hold moves the timestamps; that is no jitter of the network.
      if (difference < 1000 * clock) this.jitter += (difference - this.jitter) / 16
    }
    this.#transit = transit
    this.#transitKnown = true
  }
}

/**
 * Mean opinion score by the E-model (ITU-T G.107) with its defaults, for G.711 with packet
 * loss concealment (G.113 appendix I: Ie 0, Bpl 25.1) and random loss.
 *
 * @returns 1 to 4.41
 */
export function meanOpinionScore(lossRate: number, jitterMs: number, roundTripMs: number | undefined): number {
  // One way: half the round trip, a jitter buffer of twice the jitter, one packet of 20 ms.
  const delay = (roundTripMs ?? 0) / 2 + 2 * jitterMs + 20
  const delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0)
  const percent = Math.min(1, Math.max(0, lossRate)) * 100
  const lossImpairment = (95 * percent) / (percent + 25.1)
  const r = 93.2 - delayImpairment - lossImpairment
  if (r <= 0) return 1
  return Math.min(4.5, Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6))
}
