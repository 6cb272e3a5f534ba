/** Says when somebody speaks, by the strength of the sound against that of the background. */

const FRAME_MS = 20
/** Frames in a row that begin speech (60 ms), and that end it (300 ms). */
const BEGIN = 3
const END = 15
/** Speech is so much stronger than the background, in power (9 dB), */
const ABOVE_BACKGROUND = 8
/** and than this, −48 dBm0 in mean square. */
const LEAST_POWER = 5000
/** How fast the background follows what is quieter and what is louder, a share a frame. */
const FALL = 0.2
const RISE = 0.005

export class VoiceActivity {
  /** Mean square of the last whole frame, and whether it stands out from the background. */
  power = 0
  loud = false
  readonly #length: number
  readonly #tell: (speaking: boolean) => void
  #energy = 0
  #filled = 0
  #background = LEAST_POWER / ABOVE_BACKGROUND
  #speaking = false
  /** Frames in a row that contradict the present state. */
  #against = 0

  constructor(rate: number, tell: (speaking: boolean) => void) {
    this.#length = (rate * FRAME_MS) / 1000
    this.#tell = tell
  }

  hear(samples: Int16Array, count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.#energy += samples[i]! * samples[i]!
      this.#filled += 1
      if (this.#filled < this.#length) continue
      this.#frame(this.#energy / this.#length)
      this.#energy = this.#filled = 0
    }
  }

  /** The sound has stopped. */
  end(): void {
    if (this.#speaking) this.#turn()
  }

  #frame(power: number): void {
    this.power = power
    const loud = this.loud = power > LEAST_POWER && power > this.#background * ABOVE_BACKGROUND
    this.#background += (power - this.#background) * (power < this.#background ? FALL : loud ? RISE / 10 : RISE)
    this.#against = loud === this.#speaking ? 0 : this.#against + 1
    if (this.#against >= (this.#speaking ? END : BEGIN)) this.#turn()
  }

  #turn(): void {
    this.#speaking = !this.#speaking
    this.#against = 0
    this.#tell(this.#speaking)
  }
}
