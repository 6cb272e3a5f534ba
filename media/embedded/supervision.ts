import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { PlayoutStats, Supervision, SupervisionMode } from '../contract.ts'
import type { EmbeddedEndpoint, EndpointHome, Stay } from './endpoint.ts'
import { Listeners } from '../listeners.ts'
import type { WorkerThread } from './worker-thread.ts'

export interface SupervisionParts {
  supervised: EmbeddedEndpoint
  supervisor: EmbeddedEndpoint
  mode: SupervisionMode
  home: EndpointHome
  logger: Logger
}

/** An endpoint that listens to the call of another one. The mixing is done where the other one is. */
export class EmbeddedSupervision implements Supervision, Stay {
  readonly #supervised: EmbeddedEndpoint
  readonly #supervisor: EmbeddedEndpoint
  readonly #thread: WorkerThread
  readonly #number: number
  readonly #listeners: Listeners<{ closed: [reason: string] }>
  #mode: SupervisionMode
  #gone = false

  private constructor({ supervised, supervisor, mode, home, logger }: SupervisionParts) {
    this.#supervised = supervised
    this.#supervisor = supervisor
    this.#thread = supervised.thread
    this.#number = home.newNumber()
    this.#listeners = new Listeners(logger)
    this.#mode = mode
    supervised.on('closed', (reason) => this.#end(reason))
  }

  static async begin(parts: SupervisionParts): Promise<EmbeddedSupervision> {
    const { supervised, supervisor, mode, home } = parts
    await home.link(supervisor.thread, supervised.thread)
    const supervision = new EmbeddedSupervision(parts)
    await supervisor.enter(supervision)
    try {
      await supervision.#thread.ask('supervise', {
        endpoint: supervised.handle, supervision: supervision.#number, to: supervisor.handle, format: supervisor.format, ownFormat: supervised.format, mode,
        worker: supervisor.thread === supervision.#thread ? undefined : supervisor.thread.id,
      })
      await supervisor.attachTo(supervision.#number, supervision.#thread)
    } catch (error) {
      supervision.#end('closed')
      throw error
    }
    if (supervision.#gone) throw new Refusal('gone', 'the call ended while somebody began to listen to it')
    return supervision
  }

  get mode(): SupervisionMode {
    return this.#mode
  }

  async change(mode: SupervisionMode): Promise<void> {
    if (this.#gone) throw new Refusal('gone', 'nobody listens here any more')
    await this.#thread.ask('changeSupervision', { supervision: this.#number, mode })
    this.#mode = mode
  }

  on(_event: 'closed', listener: (reason: string) => void): () => void {
    return this.#listeners.on('closed', listener)
  }

  async close(): Promise<void> {
    this.#end('closed')
  }

  left(): void {
    this.#end('closed')
  }

  /** Its leg makes whatever it is sent into what its peer takes. */
  reformatted(): void {}

  async playout(): Promise<PlayoutStats | undefined> {
    if (this.#gone) return undefined
    return this.#thread.ask('supervisionFigures', { supervision: this.#number }).catch(() => undefined)
  }

  #end(reason: string): void {
    if (this.#gone) return
    this.#gone = true
    this.#supervisor.exit(this)
    if (this.#thread.alive) this.#thread.tell('endSupervision', { supervision: this.#number })
    this.#listeners.emit('closed', reason)
    this.#listeners.clear()
  }
}
