import { stat } from 'node:fs/promises'
import { messageOf } from '../../config/errors.ts'
import type { Recording, RecordingResult, RecordOptions } from '../contract.ts'
import type { EslEvent } from './line.ts'
import { makeStereo } from './stereo.ts'

/** A recording of a conference. FreeSWITCH writes one channel; ours have two. */
export class RoomRecording implements Recording {
  readonly path: string
  readonly finished: Promise<RecordingResult>
  readonly #command: (command: string) => Promise<string>
  #settle: (result: RecordingResult) => void = () => undefined
  #state: 'waiting' | 'running' | 'over' = 'waiting'

  constructor({ path, signal }: RecordOptions, command: (command: string) => Promise<string>) {
    this.path = path
    this.#command = command
    this.finished = new Promise((resolve) => { this.#settle = resolve })
    if (signal === undefined) return
    const stop = (): void => { void this.stop() }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void this.finished.then(() => signal.removeEventListener('abort', stop))
  }

  /** Somebody is in: there is something to record. */
  async begin(): Promise<void> {
    if (this.#state !== 'waiting') return
    this.#state = 'running'
    const answer = await this.#command(`record ${this.path}`)
    if (/-ERR|not found/i.test(answer)) this.#failed(`FreeSWITCH cannot record to that file: ${answer}`)
  }

  async pause(): Promise<void> {
    await this.#command(`pause-record ${this.path}`)
  }

  async resume(): Promise<void> {
    await this.#command(`resume-record ${this.path}`)
  }

  async stop(): Promise<RecordingResult> {
    return this.#end('stopped')
  }

  /** The conference is over. */
  async close(): Promise<void> {
    await this.#end('closed')
  }

  heard(action: string, event: EslEvent): void {
    if (action === 'stop-recording' && event.getHeader('Path') === this.path) this.#stopped?.()
  }

  #stopped: (() => void) | undefined

  async #end(ended: 'stopped' | 'closed'): Promise<RecordingResult> {
    if (this.#state === 'over') return this.finished
    const running = this.#state === 'running'
    this.#state = 'over'
    if (!running) {
      this.#settle({ path: this.path, seconds: 0, bytes: 0, ended: 'failed', message: 'nobody was in the conference while it was recorded' })
      return this.finished
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, 2_000)
    this.#stopped = resolve
    const answer = await this.#command(`norecord ${this.path}`).catch(() => '')
    if (/stopp/i.test(answer)) await promise
    clearTimeout(timer)
    try {
      const seconds = await makeStereo(this.path)
      this.#settle({ path: this.path, seconds, bytes: (await stat(this.path)).size, ended })
    } catch (error) {
      this.#settle({ path: this.path, seconds: 0, bytes: 0, ended: 'failed', message: `the file is not as it should be (${messageOf(error)})` })
    }
    return this.finished
  }

  #failed(message: string): void {
    this.#state = 'over'
    this.#settle({ path: this.path, seconds: 0, bytes: 0, ended: 'failed', message })
  }
}
