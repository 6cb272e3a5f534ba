/**
 * Somebody listens to a call from the side of one of its legs. While it only listens the call is not touched: packets are
 * copied on their way, as for a recording. Who whispers or barges in is mixed into what that leg sends, and into what it
 * passes on; when that is over, packets go their old way again.
 */
import type { PartyFormat, PlayoutFigures, SupervisionMode } from '../../protocol.ts'
import type { Clock, Ticking } from '../clock.ts'
import { codecNamed, type EncodingNumber } from '../codecs/index.ts'
import { Faulty } from '../fault.ts'
import type { Leg, Overhearing } from '../leg.ts'
import type { RtpView } from '../rtp.ts'
import type { Target } from '../target.ts'
import { Ear, Outlet } from './ear.ts'
import { limited } from './limit.ts'
import { Playout } from './playout.ts'

export interface SupervisionParts {
  /** The supervised leg, and what it is sent. */
  leg: Leg
  format: PartyFormat
  /** Takes what the supervisor hears, and in which form. */
  out: Target
  outFormat: PartyFormat
  clock: Clock
}

export class Supervision implements Overhearing, Ticking, Target {
  readonly #leg: Leg
  readonly #clock: Clock
  readonly #rate: number
  /** What the peer of the leg says, what the bridged party says, what the supervisor says. */
  readonly #own: Playout
  readonly #other: Playout
  readonly #supervisor: Playout
  readonly #frames: readonly [own: Int16Array, other: Int16Array, supervisor: Int16Array]
  readonly #mix: Int16Array
  /** To the supervisor, to the peer of the leg, to the bridged party. */
  readonly #toSupervisor: Ear
  readonly #toOwn: Ear
  readonly #toOther: Ear
  #mode: SupervisionMode = 'listen'
  #ended = false

  constructor({ leg, format, out, outFormat, clock }: SupervisionParts) {
    this.#leg = leg
    this.#clock = clock
    this.#rate = Math.max(codecNamed(format.encoding).rate, codecNamed(outFormat.encoding).rate)
    this.#own = new Playout(this.#rate)
    this.#other = new Playout(this.#rate)
    this.#supervisor = new Playout(this.#rate)
    const length = this.#rate / 50
    this.#frames = [new Int16Array(length), new Int16Array(length), new Int16Array(length)]
    this.#mix = new Int16Array(length)
    this.#toSupervisor = new Ear(new Outlet(outFormat), out)
    this.#toOwn = new Ear(new Outlet(format), leg)
    this.#toOther = new Ear(new Outlet(format), {
      take: (from, encoding, packet, view, now) => leg.target?.take(from, encoding, packet, view, now),
      skip: () => undefined,
      digit: () => undefined,
    })
    leg.overhearing.add(this)
    clock.add(this)
  }

  get figures(): PlayoutFigures {
    return this.#supervisor.figures
  }

  /** Throws Faulty `conflict` when another one speaks on this leg. */
  change(mode: SupervisionMode): void {
    const leg = this.#leg
    if (mode !== 'listen' && leg.instead !== undefined && leg.instead.from !== this.#toOwn) throw new Faulty('conflict', 'somebody else speaks in this call already')
    // A whisper is for the peer alone and in no recording; who barges in is a party of the call.
    if (mode !== 'listen') leg.instead = { from: this.#toOwn, recorded: mode === 'barge' }
    else if (leg.instead?.from === this.#toOwn) leg.instead = undefined
    if (mode === 'barge') leg.through = this.#passing
    else if (leg.through === this.#passing) leg.through = undefined
    this.#mode = mode
  }

  /** Stands in the way of what the leg passes on: its sound goes on in the mix, its digits as digits. */
  readonly #passing: Target = {
    take: () => undefined,
    skip: () => undefined,
    digit: (digit) => this.#leg.target?.digit(digit, 'signalling'),
  }

  hear(side: 'left' | 'right', encoding: EncodingNumber, packet: Uint8Array, view: RtpView, now: number): void {
    this.#sideOf(side).hearing.take(encoding, packet, view, now)
  }

  skipped(side: 'left' | 'right', packet: Uint8Array, view: RtpView, now: number): void {
    this.#sideOf(side).hearing.skip(packet, view, now)
  }

  #sideOf(side: 'left' | 'right'): Playout {
    return side === 'left' ? this.#own : this.#other
  }

  /** What the supervisor says; not even decoded while nobody hears it. */
  take(_from: object, encoding: EncodingNumber | -1, packet: Uint8Array, view: RtpView, now: number): void {
    if (encoding === -1 || this.#mode === 'listen') this.#supervisor.hearing.skip(packet, view, now)
    else this.#supervisor.hearing.take(encoding, packet, view, now)
  }

  skip(_from: object, packet: Uint8Array, view: RtpView, now: number): void {
    this.#supervisor.hearing.skip(packet, view, now)
  }

  digit(): void {}

  tick(now: number): void {
    const [own, other, supervisor] = this.#frames
    this.#own.read(own, own.length, now)
    this.#other.read(other, other.length, now)
    this.#supervisor.read(supervisor, supervisor.length, now)
    this.#say(this.#toSupervisor, own, other, now)
    if (this.#mode !== 'listen') this.#say(this.#toOwn, other, supervisor, now)
    if (this.#mode === 'barge') this.#say(this.#toOther, own, supervisor, now)
  }

  #say(ear: Ear, one: Int16Array, another: Int16Array, now: number): void {
    const mix = this.#mix
    for (let i = 0; i < mix.length; i += 1) mix[i] = limited(one[i]! + another[i]!)
    ear.say(mix, this.#rate, now)
  }

  /** The call goes on as before. */
  stop(): void {
    if (this.#ended) return
    this.#ended = true
    this.change('listen')
    this.#leg.overhearing.delete(this)
    this.#clock.remove(this)
    for (const playout of [this.#own, this.#other, this.#supervisor]) playout.close()
    for (const ear of [this.#toSupervisor, this.#toOwn, this.#toOther]) {
      ear.close()
      ear.outlet.close()
    }
  }
}
