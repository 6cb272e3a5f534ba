/**
 * What a voice is worth in a mix: when it speaks, how loud it should be, and whether it is let in at all. In a large room
 * the noise of everybody who only listens would add up; a gate lets a voice in with its first loud frame.
 */
import { VoiceActivity } from '../voice-activity.ts'

/** Root mean square that voices are brought to, about −22 dB below full scale: ITU-T P.56 levels with room for some at once. */
const TARGET = 2600
/** 12 dB down to 15 dB up. */
const LEAST_GAIN = 0.25
const MOST_GAIN = 5.6
/** A frame: 3 dB a second up, 12 dB a second down. */
const RAISE = 1.007
const LOWER = 0.973
/** How fast the level of a voice is learnt, a share a loud frame. */
const LEARN = 0.05
/** Loud frames before the level is believed. */
const BELIEVED = 5
/** Frames that the gate stays open behind the last loud one (400 ms). */
const HANG_OVER = 20
/** A gate that opens or shuts does so within a quarter of a frame. */
const RAMP_SHARE = 4

export class Level {
  /** Told by the activity: somebody speaks, not merely makes a noise. */
  speaking = false
  /** Root mean square of the last frame, before the gain. */
  loudness = 0
  readonly #activity: VoiceActivity
  #power = 0
  #heard = 0
  #gain = 1
  #applied = 0
  #since = HANG_OVER

  /**
   * @param rate samples a second
   * @param tell when it begins to speak, and when it stops
   * @param before the same voice at another rate: what was learnt of it holds
   */
  constructor(rate: number, tell: () => void, before: Level | undefined) {
    this.#activity = new VoiceActivity(rate, (speaking) => {
      this.speaking = speaking
      tell()
    })
    if (before === undefined) return
    this.#power = before.#power
    this.#heard = before.#heard
    this.#gain = before.#gain
    if (before.speaking) tell()
  }

  /** Takes a frame of 20 ms in; says whether the gate would let it through. */
  measure(frame: Int16Array): boolean {
    this.#activity.hear(frame, frame.length)
    const { power, loud } = this.#activity
    this.loudness = Math.sqrt(power)
    this.#since = loud ? 0 : this.#since + 1
    if (loud) this.#learn(power)
    return this.#since < HANG_OVER
  }

  #learn(power: number): void {
    this.#heard += 1
    this.#power += (power - this.#power) * Math.max(LEARN, 1 / this.#heard)
    if (this.#heard < BELIEVED) return
    const wanted = Math.min(MOST_GAIN, Math.max(LEAST_GAIN, TARGET / Math.sqrt(this.#power)))
    this.#gain = wanted > this.#gain ? Math.min(wanted, this.#gain * RAISE) : Math.max(wanted, this.#gain * LOWER)
  }

  /** Brings the frame to its level, in place. @returns false when it is silent from first to last */
  apply(frame: Int16Array, open: boolean): boolean {
    const count = frame.length
    const from = this.#applied
    const to = open ? this.#gain : 0
    this.#applied = to
    if (from === 0 && to === 0) return false
    const ramp = from === 0 || to === 0 ? count / RAMP_SHARE : count
    for (let i = 0; i < count; i += 1) {
      const sample = frame[i]! * (i < ramp ? from + ((to - from) * i) / ramp : to)
      frame[i] = sample > 32_767 ? 32_767 : sample < -32_768 ? -32_768 : sample
    }
    return true
  }

  /** There is no sound now. */
  rest(): void {
    this.#activity.end()
    this.#since = HANG_OVER
    this.loudness = 0
  }
}
