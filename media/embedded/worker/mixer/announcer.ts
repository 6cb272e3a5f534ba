/** What is played to a whole room: one sound after the other, as frames at the room's rate. */
import type { Speaker, Voice } from '../player.ts'
import { FRAME, SAMPLE_RATE } from '../pcm.ts'
import { Resampler } from '../resample.ts'

export class Announcer implements Speaker {
  readonly takesEvents = false
  frame = new Int16Array(0)
  readonly #queue: Voice[] = []
  #resampler: Resampler | undefined

  constructor(rate: number) {
    this.tune(rate)
  }

  tune(rate: number): void {
    this.frame = new Int16Array(rate / 50)
    this.#resampler = rate === SAMPLE_RATE ? undefined : new Resampler(SAMPLE_RATE, rate)
  }

  /** Plays it after what is asked for already. */
  add(voice: Voice): void {
    this.#queue.push(voice)
  }

  /** Cuts it short, or takes it out before its turn. */
  hush(voice: Voice): void {
    const at = this.#queue.indexOf(voice)
    if (at >= 0) this.#queue.splice(at, 1)
    voice.end('aborted')
  }

  /** One tick; false when nothing is played. */
  read(now: number): boolean {
    for (let voice = this.#queue[0]; voice !== undefined; voice = this.#queue[0]) {
      if (voice.tick(now, this)) return true
      this.#queue.shift()
    }
    return false
  }

  say(_source: object, samples: Int16Array): void {
    if (this.#resampler === undefined) this.frame.set(samples)
    else this.#resampler.process(samples, FRAME, this.frame)
  }

  signal(): boolean {
    return false
  }

  close(): void {
    for (const voice of this.#queue.splice(0)) voice.end('closed')
  }
}
