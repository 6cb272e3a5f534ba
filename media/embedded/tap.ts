import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Tap, TapOptions } from '../contract.ts'
import type { WorkerThread } from './worker-thread.ts'

/** Length of a piece, as the worker cuts them. */
const PIECE_MS = 100

/** A listener on one endpoint. Each piece is taken off the worker's hands only when the consumer is done with it. */
export class EmbeddedTap implements Tap {
  readonly #number: number
  readonly #thread: WorkerThread
  readonly #options: TapOptions
  readonly #logger: Logger
  readonly #onClose: () => void
  #closed = false

  constructor(number: number, thread: WorkerThread, options: TapOptions, logger: Logger, onClose: () => void) {
    this.#number = number
    this.#thread = thread
    this.#options = options
    this.#logger = logger
    this.#onClose = onClose
  }

  /** @param dropped pieces of a tenth of a second that were thrown away before this one */
  async audio(pcm: Int16Array, dropped: number): Promise<void> {
    if (this.#closed) return
    await this.#told(() => this.#options.onAudio(pcm, dropped * PIECE_MS))
    if (!this.#closed) await this.#thread.ask('tapDone', { tap: this.#number }).catch(() => undefined)
  }

  voice(speaking: boolean): void {
    if (!this.#closed) void this.#told(() => this.#options.onVoice?.(speaking))
  }

  /** A consumer that fails disturbs nobody else. */
  async #told(work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#logger.error({ error: messageOf(error) }, 'a listener of a tap failed')
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#onClose()
    await this.#thread.ask('closeTap', { tap: this.#number }).catch(() => undefined)
  }
}
