/** One who may be heard in a mix: packets in, a frame every 20 ms out, at the rate of the mix. */
import type { PlayoutFigures } from '../../protocol.ts'
import type { EncodingNumber } from '../codecs/index.ts'
import type { RtpView } from '../rtp.ts'
import { Level } from './level.ts'
import { Playout } from './playout.ts'

export class Voice {
  /** What it says now, once `read`; at its level, once `apply`ed. */
  frame = new Int16Array(0)
  /** It has something to say in this frame, be it noise. */
  sounds = false
  /** Not heard, and not even decoded. */
  muted: boolean
  readonly #tell: () => void
  #playout!: Playout
  #level!: Level

  /**
   * @param rate samples a second
   * @param tell when it begins to speak, and when it stops
   */
  constructor(rate: number, muted: boolean, tell: () => void) {
    this.muted = muted
    this.#tell = tell
    this.tune(rate)
  }

  get speaking(): boolean {
    return this.#level.speaking
  }

  get loudness(): number {
    return this.#level.loudness
  }

  get figures(): PlayoutFigures {
    return this.#playout.figures
  }

  /** Another rate from here on. What is underway is lost. */
  tune(rate: number): void {
    this.#playout?.close()
    this.#playout = new Playout(rate)
    this.#level = new Level(rate, this.#tell, this.#level)
    this.frame = new Int16Array(rate / 50)
  }

  take(kind: number, packet: Uint8Array, view: RtpView, now: number): void {
    const { hearing } = this.#playout
    if (kind >= 0 && !this.muted) hearing.take(kind as EncodingNumber, packet, view, now)
    else hearing.skip(packet, view, now)
  }

  /** Takes its next frame; says whether it is loud enough for a gate to let it in. */
  read(now: number): boolean {
    this.sounds = this.#playout.read(this.frame, this.frame.length, now) && !this.muted
    if (this.sounds) return this.#level.measure(this.frame)
    this.#level.rest()
    return false
  }

  /** Brings the frame to its level. @returns false when nothing of it is heard */
  apply(open: boolean): boolean {
    return this.#level.apply(this.frame, open && this.sounds)
  }

  close(): void {
    this.#playout.close()
  }
}
