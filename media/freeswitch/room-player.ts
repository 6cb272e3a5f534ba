import { Refusal } from '../../config/errors.ts'
import type { PlayOptions, PlayResult } from '../contract.ts'
import type { Sound } from './player.ts'

/** What a room plays to all who are in it: one thing after the other. */
export class RoomPlayer {
  readonly #command: (...words: readonly string[]) => Promise<string>
  readonly #over = Promise.withResolvers<'closed'>()
  #closed = false
  #last: Promise<unknown> = Promise.resolve()
  #done: (() => void) | undefined

  /** @param command of the room, by its words; resolves with what was answered */
  constructor(command: (...words: readonly string[]) => Promise<string>) {
    this.#command = command
  }

  /** Begins when all that was asked for before is over. */
  play(sound: Sound, options: PlayOptions): Promise<PlayResult> {
    const playing = this.#last.then(() => this.#run(sound, options))
    this.#last = playing.catch(() => undefined)
    return playing
  }

  /** The server says that the file is over. */
  done(): void {
    this.#done?.()
  }

  close(): void {
    this.#closed = true
    this.#over.resolve('closed')
  }

  async #run({ files: once, endless, seconds, loop }: Sound, { repeat = 1, signal }: PlayOptions): Promise<PlayResult> {
    const began = performance.now()
    const elapsed = (): number => (performance.now() - began) / 1000
    const files = loop ? [loop(repeat === Infinity ? -1 : repeat)] : once
    const rounds = loop ? 1 : repeat
    for (let round = 0; endless || round < rounds; round += 1) {
      for (const file of files) {
        const ended = await this.#file(file, signal)
        if (ended !== 'finished') return { ended, seconds: elapsed() }
      }
    }
    return { ended: 'finished', seconds: seconds === undefined ? elapsed() : seconds * repeat }
  }

  async #file(file: string, signal: AbortSignal | undefined): Promise<PlayResult['ended']> {
    if (this.#closed) return 'closed'
    if (signal?.aborted === true) return 'aborted'
    const { promise, resolve } = Promise.withResolvers<PlayResult['ended']>()
    this.#done = () => resolve(signal?.aborted === true ? 'aborted' : 'finished')
    const stop = (): void => void this.#command('stop', 'current').catch(() => undefined)
    try {
      // A room knows no place to begin at.
      const answer = await this.#command('play', file.replace(/@@\d+$/, ''))
      if (!answer.startsWith('+OK')) throw new Refusal('unprocessable', 'FreeSWITCH could not play the sound to the room: it is not a WAV file it can read, or it does not see the data folder')
      signal?.addEventListener('abort', stop, { once: true })
      if (signal?.aborted) stop()
      return await Promise.race([promise, this.#over.promise])
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#done = undefined
    }
  }
}
