import { stat } from 'node:fs/promises'
import { messageOf } from '../../config/errors.ts'
import type { Recording, RecordingResult, RecordOptions } from '../contract.ts'
import type { Leg } from './leg.ts'

/** What is recorded: our peer left and the other party right, or what a channel hears of a room on both. */
const KINDS = {
  call: { variables: { RECORD_STEREO: 'true', RECORD_HANGUP_ON_ERROR: 'false' }, prefix: '' },
  room: { variables: { RECORD_STEREO: 'false', RECORD_HANGUP_ON_ERROR: 'false' }, prefix: '{force_channels=2}' },
}

const HEADER_BYTES = 44

/** A recording that FreeSWITCH writes. `finished` settles once, whatever ends it. */
export class FreeswitchRecording implements Recording {
  readonly path: string
  readonly finished: Promise<RecordingResult>
  readonly #leg: Leg
  readonly #rate: number
  /** The path in FreeSWITCH's words. */
  readonly #file: string
  #settle: (result: RecordingResult) => void = () => undefined
  #how: 'stopped' | 'closed' | undefined
  #over = false

  private constructor(leg: Leg, path: string, rate: number, file: string) {
    this.#leg = leg
    this.#rate = rate
    this.path = path
    this.#file = file
    this.finished = new Promise((resolve) => { this.#settle = resolve })
    const off = leg.onEvent('RECORD_STOP', (event) => { if (event.getHeader('Record-File-Path') === file) void this.#ended() })
    void leg.gone.then(() => this.#ended())
    void this.finished.then(off)
  }

  /** @param rate samples a second */
  static async start(leg: Leg, { path, signal }: RecordOptions, rate: number, kind: keyof typeof KINDS = 'call'): Promise<FreeswitchRecording> {
    const { variables, prefix } = KINDS[kind]
    await leg.set({ ...variables, record_sample_rate: String(rate) })
    const recording = new FreeswitchRecording(leg, path, rate, prefix + path)
    const answer = await leg.command('uuid_record', 'start', prefix + path)
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
    await this.#leg.command('uuid_record', 'mask', this.#file)
  }

  async resume(): Promise<void> {
    await this.#leg.command('uuid_record', 'unmask', this.#file)
  }

  stop(): Promise<RecordingResult> {
    return this.#stop('stopped')
  }

  /** The call ends: the file is closed before the channel is. */
  async close(): Promise<void> {
    await this.#stop('closed')
  }

  async #stop(how: 'stopped' | 'closed'): Promise<RecordingResult> {
    if (this.#how === undefined && !this.#over) {
      this.#how = how
      // It may have ended by itself meanwhile.
      await this.#leg.command('uuid_record', 'stop', this.#file).catch(() => undefined)
    }
    return this.finished
  }

  async #ended(): Promise<void> {
    if (this.#over) return
    this.#over = true
    const ended = this.#how ?? 'closed'
    try {
      const { size } = await stat(this.path)
      this.#settle({ path: this.path, seconds: Math.max(0, size - HEADER_BYTES) / (this.#rate * 4), bytes: size, ended })
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
