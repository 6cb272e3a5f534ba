/** What a leg is made to say by us: sounds, silence on hold, and digits; one frame a tick. */
import type { PlayOutcome } from '../protocol.ts'
import { FRAME, SAMPLE_RATE } from './pcm.ts'
import { eventOf, tonesOf } from './digits.ts'
import type { Sound } from './sounds.ts'
import { toneSound } from './sounds.ts'

/** What a voice needs of the leg it speaks on. */
export interface Speaker {
  /** Sends one frame of samples. */
  say(source: object, frame: Int16Array, now: number): void
  /** Sends one packet of an event; false when the peer takes none. */
  signal(source: object, event: number, end: boolean, duration: number, first: boolean, now: number): boolean
  readonly takesEvents: boolean
}

/** Something that speaks instead of the bridged party until it is done. */
export interface Voice {
  /** One tick; false when it has nothing more to say. */
  tick(now: number, speaker: Speaker): boolean
  end(ended: PlayOutcome['ended']): void
}

export function createPlayback(sound: Sound, repeat: number, done: (outcome: PlayOutcome) => void): Voice {
  const frame = new Int16Array(FRAME)
  let samples = 0
  let cycles = 1
  let ended = false
  const voice: Voice = {
    tick(now, speaker) {
      let count = sound.read(frame)
      if (count === 0 && cycles < repeat) {
        cycles += 1
        sound.rewind()
        count = sound.read(frame)
      }
      if (count === 0) {
        voice.end('finished')
        return false
      }
      samples += count
      speaker.say(voice, frame, now)
      return true
    },
    end(reason) {
      if (ended) return
      ended = true
      done({ ended: reason, seconds: samples / SAMPLE_RATE })
    },
  }
  return voice
}

/** RFC 4733 §2.5.1.3: the last packet of an event is sent three times. */
const END_PACKETS = 3

export interface Dialing extends Voice {
  /** One more digit behind those that are still to be sent. */
  append(digit: string): void
}

/** Sends digits as RFC 4733 events, or as their tones to a peer that takes no events. */
export function createDialing(wanted: string, durationMs: number, gapMs: number, done: (sent: boolean) => void): Dialing {
  let digits = wanted
  const frame = new Int16Array(FRAME)
  const ticksOn = Math.max(2, Math.round(durationMs / 20))
  const ticksOff = Math.max(END_PACKETS, Math.round(gapMs / 20))
  let index = 0
  let tick = 0
  let tone: Sound | undefined
  let asEvents: boolean | undefined
  let ended = false
  const voice: Dialing = {
    append(digit) {
      digits += digit
    },
    tick(now, speaker) {
      const digit = digits[index]
      if (digit === undefined) {
        voice.end('finished')
        return false
      }
      // Decided per digit: a re-INVITE may change it, but never in the middle of one.
      if (tick === 0) asEvents = speaker.takesEvents
      if (asEvents === true) {
        const end = tick >= ticksOn
        if (tick < ticksOn + END_PACKETS) speaker.signal(voice, eventOf(digit)!, end, Math.min(tick + 1, ticksOn) * FRAME, tick === 0, now)
      } else {
        if (tick === 0) tone = toneSound(tonesOf(digit)!, [ticksOn * 20])
        tone?.read(frame)
        speaker.say(voice, frame, now)
      }
      tick += 1
      if (tick >= ticksOn + ticksOff) {
        tick = 0
        index += 1
      }
      return true
    },
    end(reason) {
      if (ended) return
      ended = true
      done(reason === 'finished')
    },
  }
  return voice
}
