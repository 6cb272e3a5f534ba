import type { Recording, RecordingResult } from '../contract.ts'
import type { RecordingOutcome } from './protocol.ts'
import type { WorkerThread } from './worker-thread.ts'

/** A recording that runs in a worker. `finished` settles once, whatever ends it. */
export class EmbeddedRecording implements Recording {
  readonly path: string
  readonly finished: Promise<RecordingResult>
  readonly #id: number
  readonly #thread: WorkerThread
  #settle: (result: RecordingResult) => void = () => undefined

  constructor(id: number, path: string, thread: WorkerThread) {
    this.#id = id
    this.path = path
    this.#thread = thread
    this.finished = new Promise((resolve) => { this.#settle = resolve })
  }

  async pause(): Promise<void> {
    await this.#thread.ask('pauseRecording', { recording: this.#id, on: true })
  }

  async resume(): Promise<void> {
    await this.#thread.ask('pauseRecording', { recording: this.#id, on: false })
  }

  async stop(): Promise<RecordingResult> {
    // A worker that died meanwhile has settled `finished` already.
    await this.#thread.ask('stopRecording', { recording: this.#id }).catch(() => undefined)
    return this.finished
  }

  /** The worker says how it ended. */
  ended(outcome: RecordingOutcome): void {
    const { message, parts, ...rest } = outcome
    this.#settle({ path: this.path, ...rest, ...(parts.length > 1 && { parts }), ...(message !== undefined && { message }) })
  }
}
