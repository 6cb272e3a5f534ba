import { Refusal } from '../../config/errors.ts'
import type { PlayOptions, PlayResult } from '../contract.ts'
import type { Sound } from './player.ts'

/** What a conference plays to all: one sound after the other. */
export class RoomPlayer {
  readonly #command: (command: string) => Promise<string>
  #turn: Promise<unknown> = Promise.resolve()
  /** Told when the file that plays is over. */
  #done: (() => void) | undefined
  #closed = false

  constructor(command: (command: string) => Promise<string>) {
    this.#command = command
  }

  play(sound: Sound, options: PlayOptions): Promise<PlayResult> {
    const mine = this.#turn.then(() => this.#play(sound, options))
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  async #play({ files, endless, seconds }: Sound, { repeat = 1, signal }: PlayOptions): Promise<PlayResult> {
    const began = performance.now()
    const stop = (): void => void this.#command('stop all').catch(() => undefined)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      for (let round = 0; endless || round < repeat; round += 1) {
        for (const file of files) {
          if (this.#over(signal)) break
          const { promise, resolve } = Promise.withResolvers<void>()
          this.#done = resolve
          const answer = await this.#command(`play ${file}`)
          // Nobody is in: nobody hears it.
          if (/not found|nobody/i.test(answer) && !/file/i.test(answer)) return { ended: 'finished', seconds: 0 }
          if (/-ERR|not found/i.test(answer)) throw new Refusal('unprocessable', 'FreeSWITCH could not play the sound in the conference')
          await promise
        }
        if (this.#over(signal)) break
      }
      const elapsed = (performance.now() - began) / 1000
      if (this.#closed) return { ended: 'closed', seconds: elapsed }
      return signal?.aborted === true ? { ended: 'aborted', seconds: elapsed } : { ended: 'finished', seconds: seconds === undefined ? elapsed : seconds * repeat }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  #over(signal: AbortSignal | undefined): boolean {
    return this.#closed || signal?.aborted === true
  }

  /** When the last one leaves, what plays is over and nobody says so. */
  heard(action: string): void {
    if (action === 'play-file-done' || action === 'conference-destroy') this.#done?.()
  }

  close(): void {
    this.#closed = true
    this.#done?.()
  }
}
