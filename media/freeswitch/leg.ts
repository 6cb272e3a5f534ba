import type { MrfEndpoint } from 'drachtio-fsmrf'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { EslEvent } from './line.ts'

/** What we want to hear of a channel besides what drachtio-fsmrf listens to. */
const EVENTS = ['RECORD_STOP', 'CHANNEL_BRIDGE', 'CHANNEL_UNBRIDGE', 'CHANNEL_PARK', 'PLAYBACK_START']
/** A BYE is answered within a round trip; a channel that does not go by it is killed. */
const GOODBYE_MS = 2_000

/** The server that a channel is on. */
export interface LegHome {
  api(command: string): Promise<string>
  createLeg(sdp: string, logger: Logger): Promise<Leg>
  /** What mod_conference says of the room with this name. Returns the way to stop listening. */
  watchRoom(name: string, listener: (event: EslEvent) => void): () => void
  forget(leg: Leg): void
}

/** One channel on a FreeSWITCH: a SIP dialog for its descriptions, its event socket for everything else. */
export class Leg {
  readonly uuid: string
  readonly on: LegHome
  readonly #endpoint: MrfEndpoint
  readonly #logger: Logger
  readonly #gone = Promise.withResolvers<void>()
  #closing: Promise<void> | undefined
  #over = false

  constructor(endpoint: MrfEndpoint, on: LegHome, logger: Logger) {
    this.uuid = endpoint.uuid
    this.on = on
    this.#endpoint = endpoint
    this.#logger = logger
    endpoint.conn?.subscribe(EVENTS)
    endpoint.on('destroy', () => this.lost())
    endpoint.dialog.on('destroy', () => this.lost())
  }

  /** Settles when the channel is gone, whoever ended it. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  get over(): boolean {
    return this.#over
  }

  /** The description of the server's side. */
  get sdp(): string {
    return this.#endpoint.dialog.remote.sdp
  }

  onDigit(listener: (digit: string, durationMs: number) => void): void {
    // Told in samples of 8 kHz, whatever the codec is.
    this.#endpoint.on('dtmf', ({ dtmf, duration }) => listener(dtmf, Math.round(Number(duration) / 8)))
  }

  /** Returns the way to stop listening. */
  onEvent(name: string, listener: (event: EslEvent) => void): () => void {
    const { conn } = this.#endpoint
    const full = `esl::event::${name}::${this.uuid}`
    conn?.on(full, listener)
    return () => void conn?.off(full, listener)
  }

  /** Tells the server where the peer is now and what it takes; `sdp` is its new description. */
  async modify(sdp: string): Promise<void> {
    this.#check()
    try {
      await this.#endpoint.dialog.modify(sdp)
    } catch (error) {
      throw new Refusal('unprocessable', `FreeSWITCH did not take the description (${messageOf(error)})`, { cause: error })
    }
  }

  /** Runs a dialplan application on the channel; resolves with its last event, or undefined when the channel ended first. */
  execute(application: string, argument: string): Promise<EslEvent | undefined> {
    if (this.#over || this.#endpoint.conn === null) return Promise.resolve(undefined)
    return Promise.race([this.#endpoint.execute(application, argument), this.#gone.promise.then(() => undefined)])
  }

  /** A command of the server that takes the channel as its first argument. */
  async command(name: string, ...rest: string[]): Promise<string> {
    this.#check()
    return this.on.api([name, this.uuid, ...rest].join(' '))
  }

  async set(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.command('uuid_setvar_multi', Object.entries(variables).map(([name, value]) => `${name}=${value}`).join(';'))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#over) return
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(resolve, GOODBYE_MS, 'late')
    const bye = this.#endpoint.dialog.destroy().then(() => undefined, () => 'late' as const)
    if ((await Promise.race([bye, late])) === 'late') {
      await this.on.api(`uuid_kill ${this.uuid}`).catch((error: unknown) => this.#logger.warn({ error: messageOf(error) }, 'a channel could not be ended; it is when the server is there again'))
    }
    clearTimeout(timer)
    this.lost()
  }

  /** The channel is gone. */
  lost(): void {
    if (this.#over) return
    this.#over = true
    this.on.forget(this)
    this.#gone.resolve()
  }

  #check(): void {
    if (this.#over) throw new Refusal('gone', 'the media endpoint is closed')
  }
}
