import type { Logger } from '../../config/logger.ts'
import { Refusal } from '../../config/errors.ts'
import type { Supervision, SupervisionMode } from '../contract.ts'
import { Listeners } from '../listeners.ts'
import type { FreeswitchEndpoint, Stay } from './endpoint.ts'
import { partLegs } from './join.ts'
import type { Leg } from './leg.ts'

/** Who hears the supervisor, in the words of mod_dptools' eavesdrop: its b-leg is the peer of the channel that is listened to. */
const HEARD_BY: Readonly<Record<SupervisionMode, Readonly<Record<string, string>>>> = {
  listen: { eavesdrop_whisper_aleg: 'false', eavesdrop_whisper_bleg: 'false' },
  whisper: { eavesdrop_whisper_aleg: 'false', eavesdrop_whisper_bleg: 'true' },
  barge: { eavesdrop_whisper_aleg: 'true', eavesdrop_whisper_bleg: 'true' },
}

/** A channel that listens to another by FreeSWITCH's eavesdrop. */
export class FreeswitchSupervision implements Supervision, Stay {
  readonly #target: FreeswitchEndpoint
  readonly #supervisor: FreeswitchEndpoint
  readonly #listeners: Listeners<{ closed: [reason: string] }>
  #leg: Leg | undefined
  #mode: SupervisionMode
  #gone = false

  private constructor(target: FreeswitchEndpoint, supervisor: FreeswitchEndpoint, mode: SupervisionMode, logger: Logger) {
    this.#target = target
    this.#supervisor = supervisor
    this.#mode = mode
    this.#listeners = new Listeners(logger)
    target.on('closed', (reason) => void this.#end(reason))
    supervisor.on('closed', (reason) => void this.#end(reason))
  }

  static async start(target: FreeswitchEndpoint, supervisor: FreeswitchEndpoint, mode: SupervisionMode, logger: Logger): Promise<FreeswitchSupervision> {
    if (supervisor.taken) throw new Refusal('conflict', 'the endpoint of the supervisor is in another conversation')
    const supervision = new FreeswitchSupervision(target, supervisor, mode, logger)
    await supervisor.enter(supervision)
    try {
      // Eavesdrop is deaf to a channel of a lower rate than its own, and swallows keys: a channel in between has the lowest rate, and no keys.
      supervision.#leg = await supervisor.reach(target.leg.on, 'PCMU')
      await supervision.#listen()
    } catch (error) {
      await supervision.close()
      throw error
    }
    return supervision
  }

  get mode(): SupervisionMode {
    return this.#mode
  }

  async change(mode: SupervisionMode): Promise<void> {
    if (this.#gone || this.#leg === undefined) throw new Refusal('gone', 'nobody listens any more')
    if (mode === this.#mode) return
    this.#mode = mode
    await partLegs(this.#leg)
    await this.#listen()
  }

  on(_event: 'closed', listener: (reason: string) => void): () => void {
    return this.#listeners.on('closed', listener)
  }

  close(): Promise<void> {
    return this.#end('closed')
  }

  left(): Promise<void> {
    return this.#end('closed')
  }

  /** It listens through a channel in between. */
  recoded(_endpoint: FreeswitchEndpoint, work: () => Promise<void>): Promise<void> {
    return work()
  }

  async #listen(): Promise<void> {
    const leg = this.#leg!
    await leg.set({ ...HEARD_BY[this.#mode], eavesdrop_enable_dtmf: 'false' })
    // It runs for as long as it listens.
    void leg.execute('eavesdrop', this.#target.leg.uuid)
  }

  async #end(reason: string): Promise<void> {
    if (this.#gone) return
    this.#gone = true
    const leg = this.#leg
    this.#supervisor.exit(this)
    if (leg !== undefined && leg === this.#supervisor.leg && !leg.over) await partLegs(leg).catch(() => undefined)
    await this.#supervisor.unreach()
    this.#listeners.emit('closed', reason)
    this.#listeners.clear()
  }
}
