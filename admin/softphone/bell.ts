/** Ringing, call waiting and ring-back, made here: no file to load, and they come out of the device that was chosen. */
import { chosen, playOn } from './devices.ts'

interface Cadence {
  tones: number[]
  /** Seconds. */
  on: number
  off: number
  level: number
}

const cadences: Record<'bell' | 'waiting' | 'ringback', Cadence> = {
  bell: { tones: [440, 554], on: 1.2, off: 2, level: 0.25 },
  waiting: { tones: [440], on: 0.2, off: 4, level: 0.06 },
  ringback: { tones: [425], on: 1, off: 4, level: 0.06 },
}

export type Sound = keyof typeof cadences

/** Plays at most one of them at a time. */
export class Bell {
  #context: AudioContext | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #sounds: Sound | undefined

  /** Undefined: quiet. */
  play(sound: Sound | undefined): void {
    if (sound === this.#sounds) return
    this.#sounds = sound
    clearInterval(this.#timer)
    this.#timer = undefined
    void this.#context?.close()
    this.#context = undefined
    if (sound === undefined) return
    const context = (this.#context = new AudioContext())
    void playOn(context, sound === 'bell' ? chosen().bell : chosen().speaker)
    const { on, off } = cadences[sound]
    const once = (): void => ring(context, cadences[sound])
    once()
    this.#timer = setInterval(once, (on + off) * 1000)
  }
}

function ring(context: AudioContext, { tones, on, level }: Cadence): void {
  const gain = new GainNode(context, { gain: 0 })
  const now = context.currentTime
  gain.gain.setTargetAtTime(level, now, 0.01)
  gain.gain.setTargetAtTime(0, now + on, 0.02)
  gain.connect(context.destination)
  for (const frequency of tones) {
    const tone = new OscillatorNode(context, { frequency })
    tone.connect(gain)
    tone.start(now)
    tone.stop(now + on + 0.2)
  }
}
