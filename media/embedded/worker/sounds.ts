/** Where played sound comes from: 8 kHz samples in frames of 20 ms. */
import { FRAME, SAMPLE_RATE } from './pcm.ts'

export interface Sound {
  /** Fills `frame` (padding with silence) and says how many samples were sound; 0 at the end. */
  read(frame: Int16Array): number
  /** Back to the beginning, for repeating. */
  rewind(): void
}

export function fileSound(samples: Int16Array): Sound {
  let at = 0
  return {
    read(frame) {
      const count = Math.min(FRAME, samples.length - at)
      frame.set(samples.subarray(at, at + count))
      frame.fill(0, count)
      at += count
      return count
    },
    rewind() {
      at = 0
    },
  }
}

/**
 * Pieces one after the other without end. Everybody who listens hears the same place: it comes from the time of day,
 * which all workers share.
 */
export function musicSound(pieces: readonly Int16Array[], now = Date.now()): Sound {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (total === 0) return silence()
  let index = 0
  let at = Math.floor((now * SAMPLE_RATE) / 1000) % total
  while (at >= pieces[index]!.length) {
    at -= pieces[index]!.length
    index += 1
  }
  return {
    read(frame) {
      for (let filled = 0; filled < FRAME;) {
        const piece = pieces[index]!
        const count = Math.min(FRAME - filled, piece.length - at)
        for (let i = 0; i < count; i += 1) frame[filled + i] = piece[at + i]!
        filled += count
        at += count
        if (at < piece.length) continue
        at = 0
        index = (index + 1) % pieces.length
      }
      return FRAME
    },
    rewind: () => undefined,
  }
}

export function silence(): Sound {
  return { read: (frame) => frame.fill(0).length, rewind: () => undefined }
}

/** −13 dBm0 for the whole tone, shared by its frequencies: what networks use for ringing and busy. */
const TONE_PEAK = 7200
/** The loudest sine there is has 3.17 dBm0 (ITU-T G.711 table 5). */
const LOUDEST = { dbm0: 3.17, peak: 32_767 }

/** One cadence cycle of a tone; an odd number of entries ends with sound, an even one with a pause. */
export function toneSound(frequencies: readonly number[], cadenceMs: readonly number[], levelDbm0?: number): Sound {
  const peak = levelDbm0 === undefined ? TONE_PEAK : LOUDEST.peak * 10 ** ((Math.min(0, levelDbm0) - LOUDEST.dbm0) / 20)
  const steps = frequencies.map((frequency) => (2 * Math.PI * frequency) / SAMPLE_RATE)
  const ends: number[] = []
  let total = 0
  for (const length of cadenceMs) {
    total += Math.max(0, Math.round((length * SAMPLE_RATE) / 1000))
    ends.push(total)
  }
  // The phase runs on over repeats, so that a continuous tone has no click in it.
  let phase = 0
  let at = 0
  return {
    read(frame) {
      const count = Math.min(FRAME, total - at)
      frame.fill(0, count)
      for (let i = 0; i < count; i += 1, at += 1, phase += 1) {
        const segment = ends.findIndex((end) => at < end)
        let sum = 0
        if (segment % 2 === 0) for (const step of steps) sum += Math.sin(step * phase)
        frame[i] = (sum * peak) / Math.max(1, steps.length)
      }
      return count
    },
    rewind() {
      at = 0
    },
  }
}
