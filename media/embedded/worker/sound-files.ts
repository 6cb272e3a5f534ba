/** Sound files decoded once and kept: prompts are played over and over. */
import { readFile, stat } from 'node:fs/promises'
import { BadSound, readWav } from './wav.ts'

/** Twenty minutes of 48 kHz stereo; beyond it is no prompt. */
const LARGEST = 256 * 1024 * 1024
const KEPT = 64

export class SoundFiles {
  readonly #kept = new Map<string, Int16Array>()

  /** 8 kHz mono samples of the file. Throws BadSound in words for people. */
  async load(path: string): Promise<Int16Array> {
    const facts = await stat(path).catch(() => { throw new BadSound('the sound file cannot be found') })
    if (facts.size > LARGEST) throw new BadSound(`the sound file is larger than ${LARGEST / 1024 / 1024} MB`)
    // A file that was replaced is another file.
    const key = `${path}\0${facts.mtimeMs}\0${facts.size}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) return kept
    const file = await readFile(path).catch(() => { throw new BadSound('the sound file cannot be read') })
    const samples = readWav(file)
    const oldest = this.#kept.size >= KEPT ? this.#kept.keys().next().value : undefined
    if (oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(key, samples)
    return samples
  }
}
