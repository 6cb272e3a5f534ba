import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../config/errors.ts'
import type { PlayResult } from '../contract.ts'
import { heard } from './join.ts'
import type { Leg } from './leg.ts'

/** What a channel is to play, in FreeSWITCH's words. */
export interface Sound {
  /** One after the other; the first may begin in its middle. */
  files: readonly string[]
  /** Once more from the start when it is over, for ever. */
  endless: boolean
  /** Length of `files` once, when it is known beforehand. */
  seconds?: number
  /** The same so many times, or for ever (-1), in one piece: between two pieces the other party would be heard. */
  loop?: (times: number) => string
}

const BREAK_MS = 100

interface Playing {
  stop(how: PlayResult['ended']): void
  done: Promise<void>
}

type PlayingLeg = Pick<Leg, 'execute' | 'command' | 'over' | 'onEvent' | 'gone'>

/** What a channel plays: one thing at a time, and in between what it plays while it is on hold. */
export class Player {
  readonly #leg: PlayingLeg
  #playing: Playing | undefined
  #idle: Sound | undefined
  #idling: Playing | undefined

  constructor(leg: PlayingLeg) {
    this.#leg = leg
  }

  /** Plays until done, stopped, or replaced by the next. */
  async play(sound: Sound, repeat: number, signal: AbortSignal | undefined): Promise<PlayResult> {
    await this.#end(this.#playing, 'aborted')
    await this.#end(this.#idling, 'aborted')
    const stopped = (): void => playing.stop('aborted')
    const { playing, result } = this.#begin(sound, repeat)
    this.#playing = playing
    signal?.addEventListener('abort', stopped, { once: true })
    if (signal?.aborted === true) stopped()
    try {
      return await result
    } finally {
      signal?.removeEventListener('abort', stopped)
      if (this.#playing === playing) {
        this.#playing = undefined
        this.#resume()
      }
    }
  }

  /** What is heard while nothing else is played; undefined: the other party. Resolves when it is heard. */
  async idle(sound: Sound | undefined): Promise<void> {
    this.#idle = sound
    await this.#end(this.#idling, 'aborted')
    if (sound === undefined) return
    const begins = heard(this.#leg, 'PLAYBACK_START')
    this.#resume()
    await Promise.race([begins.promise, this.#idling?.done])
    begins.forget()
  }

  #resume(): void {
    if (this.#idle === undefined || this.#playing !== undefined || this.#idling !== undefined || this.#leg.over) return
    const { playing, result } = this.#begin({ ...this.#idle, endless: true }, Infinity)
    this.#idling = playing
    void result.catch(() => undefined).then(() => {
      if (this.#idling === playing) this.#idling = undefined
    })
  }

  async #end(playing: Playing | undefined, how: PlayResult['ended']): Promise<void> {
    playing?.stop(how)
    await playing?.done
  }

  #begin(sound: Sound, repeat: number): { playing: Playing; result: Promise<PlayResult> } {
    let ended: PlayResult['ended'] | undefined
    const playing: Playing = {
      stop: (how) => {
        if (ended !== undefined) return
        ended = how
        void this.#break(playing)
      },
      done: Promise.resolve(),
    }
    const result = this.#run(sound, repeat, () => ended)
    playing.done = result.then(() => undefined, () => undefined)
    return { playing, result }
  }

  /** What has been asked for and has not begun yet cannot be broken off: it is tried until it is over. */
  async #break(playing: Playing): Promise<void> {
    let over = false
    void playing.done.then(() => { over = true })
    while (!over && !this.#leg.over) {
      await this.#leg.command('uuid_break').catch(() => undefined)
      await Promise.race([playing.done, pause(BREAK_MS)])
    }
  }

  async #run({ files: once, endless, seconds, loop }: Sound, repeat: number, ended: () => PlayResult['ended'] | undefined): Promise<PlayResult> {
    const began = performance.now()
    const elapsed = (): number => (performance.now() - began) / 1000
    const files = loop ? [loop(repeat === Infinity ? -1 : repeat)] : once
    const rounds = loop ? 1 : repeat
    let played = 0
    for (let round = 0; (endless || round < rounds) && ended() === undefined; round += 1) {
      for (const file of files) {
        if (ended() !== undefined) break
        const event = await this.#leg.execute('playback', file)
        // A channel that was hung up while it played says the same as one whose sound could not be read.
        if (event === undefined || event.getHeader('Answer-State') === 'hangup') return { ended: 'closed', seconds: elapsed() }
        if (/FILE NOT FOUND|PLAYBACK ERROR/.test(event.getHeader('Application-Response') ?? '')) {
          if (endless && round > 0) break
          throw new Refusal('unprocessable', 'FreeSWITCH could not play the sound: it is not a WAV file it can read, or it does not see the data folder')
        }
        played += Number(event.getHeader('variable_playback_ms') ?? 0) / 1000
      }
    }
    const how = ended() ?? 'finished'
    return { ended: how, seconds: how === 'finished' ? (seconds === undefined ? played : seconds * repeat) : elapsed() }
  }
}
