import type { Clock, Ticking } from './clock.ts'
import type { EncodingNumber } from './codecs/index.ts'
import type { Leg } from './leg.ts'
import { createRtpView, readRtp, type RtpView } from './rtp.ts'
import { UNKNOWN, type EVENT, type Target } from './target.ts'

/** A flood is not kept: as much as ten seconds hold in packets of 10 ms. */
const MOST_PACKETS = 1000

interface Waiting {
  due: number
  kind: EncodingNumber | typeof EVENT | typeof UNKNOWN
  clock: number
  packet: Uint8Array
}

/** Gives a leg its own packets again, each as much later; for as long as the leg sends to it. */
export class Echo implements Target, Ticking {
  readonly #leg: Leg
  readonly #delayMs: number
  readonly #clock: Clock
  readonly #view = createRtpView()
  #waiting: Waiting[] = []

  constructor(leg: Leg, delayMs: number, clock: Clock) {
    this.#leg = leg
    this.#delayMs = delayMs
    this.#clock = clock
    clock.add(this)
  }

  take(_from: object, kind: EncodingNumber | typeof EVENT, packet: Uint8Array, view: RtpView, now: number): void {
    this.#keep(kind, packet, view, now)
  }

  skip(_from: object, packet: Uint8Array, view: RtpView, now: number): void {
    this.#keep(UNKNOWN, packet, view, now)
  }

  /** Keys that are no packets come back at once. */
  digit(digit: string, way: Parameters<Target['digit']>[1]): void {
    this.#leg.digit(digit, way)
  }

  tick(now: number): void {
    if (this.#leg.target !== this) return this.#clock.remove(this)
    let at = 0
    for (; at < this.#waiting.length && this.#waiting[at]!.due <= now; at += 1) {
      const { kind, clock, packet } = this.#waiting[at]!
      if (!readRtp(packet, this.#view)) continue
      this.#view.clock = clock
      if (kind === UNKNOWN) this.#leg.skip(this, packet, this.#view, now)
      else this.#leg.take(this, kind, packet, this.#view, now)
    }
    if (at > 0) this.#waiting = this.#waiting.slice(at)
  }

  #keep(kind: Waiting['kind'], packet: Uint8Array, view: RtpView, now: number): void {
    if (this.#waiting.length < MOST_PACKETS) this.#waiting.push({ due: now + this.#delayMs, kind, clock: view.clock, packet: new Uint8Array(packet) })
  }
}
