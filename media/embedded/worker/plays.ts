/** Sounds that are played because the main thread asked, by its number for each. */
import type { PlayOutcome } from '../protocol.ts'
import { createPlayback, type Voice } from './player.ts'
import type { Sound } from './sounds.ts'

interface Play {
  stopped: boolean
  /** Cuts it short once it sounds. */
  hush: (() => void) | undefined
}

export type Plays = Map<number, Play>

/**
 * Opens a sound and has it spoken; resolves when that has ended.
 * @param speak begins and returns the way to cut it short; undefined when whoever should speak is gone
 */
export async function playOn(plays: Plays, number: number, opening: Promise<Sound>, repeat: number, speak: (voice: Voice) => (() => void) | undefined): Promise<PlayOutcome> {
  const entry: Play = { stopped: false, hush: undefined }
  plays.set(number, entry)
  try {
    const sound = await opening
    if (entry.stopped) return { ended: 'aborted', seconds: 0 }
    return await new Promise((resolve) => {
      entry.hush = speak(createPlayback(sound, repeat, resolve))
      if (entry.hush === undefined) resolve({ ended: 'closed', seconds: 0 })
    })
  } finally {
    plays.delete(number)
  }
}
