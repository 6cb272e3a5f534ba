/**
 * Sound played out by a clock: an adaptive jitter buffer. Who writes comes when the network pleases, who reads comes every 20 ms.
 *
 * It waits longer when it ran dry (the reader gets made-up sound, and what comes is played so much later), and shorter
 * when for seconds some of it was never needed (a stretch that resembles what follows it is left out). Peers whose
 * clocks run faster or slower than ours are held the same way.
 */
import type { PlayoutFigures } from '../../protocol.ts'
import { Concealment } from '../concealment.ts'
import { Hearing } from '../hearing.ts'

/** What the first sound of a stream waits, and at most. */
const FIRST_MS = 40
const MOST_MS = 240
/** More than this waiting is the burst behind a stall: it is thrown away but for what a stream waits at first. */
const BURST_MS = 400
/** Sound that was not needed for so long, beyond this spare, is delay without use. */
const WATCHED_MS = 2000
const SPARE_MS = 15
/** A stretch left out is so long; its ends are compared over so much. */
const LEAST_CUT_MS = 5
const MOST_CUT_MS = 20
const COMPARED_MS = 5
/** Dry for so long the peer has paused; less, and it was late. */
const PAUSE_MS = 200

export class Playout {
  readonly hearing: Hearing
  readonly #rate: number
  readonly #ring: Int16Array
  readonly #mask: number
  readonly #concealment: Concealment
  readonly #pause: number
  #read = 0
  #end = 0
  #anchor = 0
  #stream = -1
  /** The first sound of a talk spurt waits; so many samples; so many has it waited. */
  #starting = true
  #wait: number
  #waited = 0
  /** Samples made up in a row; the part of them in which the peer had nothing to say. */
  #dry: number
  #silent = 0
  #spareLeast = Infinity
  #watched = 0
  #delay = 0
  #made = 0
  #skipped = 0

  /** @param rate samples a second */
  constructor(rate: number) {
    this.#rate = rate
    this.#ring = new Int16Array(2 ** Math.ceil(Math.log2(rate)))
    this.#mask = this.#ring.length - 1
    this.#wait = this.#samples(FIRST_MS)
    this.#pause = this.#samples(PAUSE_MS)
    this.#dry = this.#pause
    this.#concealment = new Concealment(rate)
    this.hearing = new Hearing(rate, { hear: (samples, count, at, stream) => this.#write(samples, count, at, stream) })
  }

  get figures(): PlayoutFigures {
    const ms = (samples: number): number => Math.round((samples * 1000) / this.#rate)
    return { delayMs: ms(this.#delay), latePackets: this.hearing.late, concealedMs: Math.round(this.hearing.concealedMs) + ms(this.#made), skippedMs: ms(this.#skipped) }
  }

  /** The next `count` samples into `out`; false when the peer pauses, and `out` is silence. */
  read(out: Int16Array, count: number, now: number): boolean {
    // What waits behind a lost packet is needed now.
    if (this.#end - this.#read < count) this.hearing.hurry(now)
    const buffered = this.#end - this.#read
    if (buffered < count) return this.#conceal(out, count)
    if (this.#starting) {
      if (this.#waited < this.#wait) {
        this.#waited += count
        return this.#conceal(out, count)
      }
      this.#starting = false
      this.#delay = buffered
    }
    this.#resume()
    this.#delay += (buffered - this.#delay) / 50
    this.#take(out, count, this.#needless(buffered - count, count))
    this.#concealment.heard(out, count)
    return true
  }

  close(): void {
    this.hearing.close()
  }

  #write(samples: Int16Array, count: number, at: number, stream: number): void {
    let position = this.#anchor + at
    if (stream !== this.#stream) {
      this.#stream = stream
      this.#begin()
    }
    if (this.#starting || position < this.#end || position - this.#read > this.#samples(BURST_MS)) position = this.#end
    else if (position > this.#end && this.#dry > 0) {
      // It said nothing for a moment, and that moment has passed already.
      const passed = Math.min(position - this.#end, this.#dry - this.#silent)
      this.#silent += passed
      position -= passed
    }
    this.#anchor = position - at
    for (let i = 0; i < count; i += 1) this.#ring[(position + i) & this.#mask] = samples[i]!
    this.#end = position + count
    if (this.#end - this.#read > this.#samples(BURST_MS)) this.#skipTo(this.#end - this.#wait - count)
  }

  /** What comes next waits like the first sound ever; what little is left belongs to what was said before. */
  #begin(): void {
    this.#starting = true
    this.#waited = 0
    for (; this.#read < this.#end; this.#read += 1) this.#ring[this.#read & this.#mask] = 0
  }

  #skipTo(position: number): void {
    this.#skipped += position - this.#read
    for (; this.#read < position; this.#read += 1) this.#ring[this.#read & this.#mask] = 0
  }

  /** Takes `count` samples out, fading over to those `cut` later. */
  #take(out: Int16Array, count: number, cut: number): void {
    for (let i = 0; i < count; i += 1) {
      const one = this.#ring[(this.#read + i) & this.#mask]!
      const other = this.#ring[(this.#read + cut + i) & this.#mask]!
      out[i] = one + ((other - one) * i) / count
    }
    for (let i = 0; i < count + cut; i += 1) this.#ring[(this.#read + i) & this.#mask] = 0
    this.#read += count + cut
  }

  /** There is nothing to play: what is made up fades out. */
  #conceal(out: Int16Array, count: number): boolean {
    if (this.#dry >= this.#pause) {
      out.fill(0, 0, count)
      return false
    }
    this.#concealment.conceal(out, count)
    this.#dry += count
    this.#watchAnew()
    if (this.#dry >= this.#pause) {
      this.#concealment.reset()
      this.#begin()
    }
    return true
  }

  #resume(): void {
    const late = this.#dry - this.#silent
    if (late > 0 && this.#dry < this.#pause) {
      this.#made += late
      this.#wait = Math.min(this.#samples(MOST_MS), this.#wait + late)
    }
    this.#dry = this.#silent = 0
  }

  #watchAnew(): void {
    this.#watched = 0
    this.#spareLeast = Infinity
  }

  /**
   * How many samples may be left out now; 0 nearly always.
   * @param spare samples that will still be there after this frame
   */
  #needless(spare: number, count: number): number {
    this.#spareLeast = Math.min(this.#spareLeast, spare)
    this.#watched += count
    if (this.#watched < this.#samples(WATCHED_MS)) return 0
    const most = Math.min(this.#spareLeast - this.#samples(SPARE_MS), this.#samples(MOST_CUT_MS))
    this.#watchAnew()
    if (most < this.#samples(LEAST_CUT_MS)) return 0
    const cut = this.#likeness(most)
    this.#skipped += cut
    this.#wait = Math.max(this.#samples(SPARE_MS), this.#wait - cut)
    return cut
  }

  /** The distance up to `most` at which the sound resembles its present most. */
  #likeness(most: number): number {
    const compared = this.#samples(COMPARED_MS)
    let best = most
    let least = Infinity
    for (let lag = this.#samples(LEAST_CUT_MS); lag <= most; lag += 1) {
      let difference = 0
      for (let i = 0; i < compared; i += 1) {
        difference += Math.abs(this.#ring[(this.#read + i) & this.#mask]! - this.#ring[(this.#read + lag + i) & this.#mask]!)
      }
      if (difference <= least) [least, best] = [difference, lag]
    }
    return best
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#rate) / 1000)
  }
}
