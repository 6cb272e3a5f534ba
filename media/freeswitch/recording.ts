import { stat } from 'node:fs/promises'
import { messageOf } from '../../config/errors.ts'
import type { Recording, RecordingResult, RecordOptions } from '../contract.ts'
import type { Leg } from './leg.ts'
import type { EslEvent } from './line.ts'

/** Our peer left, the other party right. */
const VARIABLES = { RECORD_STEREO: 'true', RECORD_HANGUP_ON_ERROR: 'false' }

/** A recording that FreeSWITCH writes. `finished` settles once, whatever ends it. */
export class FreeswitchRecording implements Recording {
  readonly path: string
  readonly finished: Promise<RecordingResult>
  readonly #leg: Leg
  readonly #rate: number
  #settle: (result: RecordingResult) => void = () => undefined
  #stopping = false
  #over = false

  private constructor(leg: Leg, path: string, rate: number) {
    this.#leg = leg
    this.#rate = rate
    this.path = path
    this.finished = new Promise((resolve) => { this.#settle = resolve })
    const off = leg.onEvent('RECORD_STOP', (event) => { if (event.getHeader('Record-File-Path') === path) void this.#ended(event) })
    void leg.gone.then(() => this.#ended(undefined))
    void this.finished.then(off)
  }

  /** @param rate samples a second */
  static async start(leg: Leg, { path, signal }: RecordOptions, rate: number): Promise<FreeswitchRecording> {
    await leg.set({ ...VARIABLES, record_sample_rate: String(rate) })
    const recording = new FreeswitchRecording(leg, path, rate)
    const answer = await leg.command('uuid_record', 'start', path)
    if (!answer.startsWith('+OK')) recording.#failed(`FreeSWITCH cannot record to that file: ${answer.replace(/^-ERR /, '')}`)
    if (signal !== undefined) {
      const stop = (): void => { void recording.stop() }
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      void recording.finished.then(() => signal.removeEventListener('abort', stop))
    }
    return recording
  }

  async pause(): Promise<void> {
    await this.#leg.command('uuid_record', 'mask', this.path)
  }

  async resume(): Promise<void> {
    await this.#leg.command('uuid_record', 'unmask', this.path)
  }

  async stop(): Promise<RecordingResult> {
    if (!this.#stopping && !this.#over) {
      this.#stopping = true
      // It may have ended by itself meanwhile.
      await this.#leg.command('uuid_record', 'stop', this.path).catch(() => undefined)
    }
    return this.finished
  }

  async #ended(event: EslEvent | undefined): Promise<void> {
    if (this.#over) return
    this.#over = true
    const ended = this.#stopping ? 'stopped' as const : 'closed' as const
    try {
      const { size } = await stat(this.path)
      const told = Number(event?.getHeader('variable_record_samples') ?? NaN) / this.#rate
      this.#settle({ path: this.path, seconds: Number.isNaN(told) ? Math.max(0, size - 44) / (this.#rate * 4) : told, bytes: size, ended })
    } catch (error) {
      this.#over = false
      this.#failed(`the file is not where it was recorded to, so FreeSWITCH sees another data folder than we do (${messageOf(error)})`)
    }
  }

  #failed(message: string): void {
    if (this.#over) return
    this.#over = true
    this.#settle({ path: this.path, seconds: 0, bytes: 0, ended: 'failed', message })
  }
}
