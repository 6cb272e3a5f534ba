/** One FreeSWITCH: connected to, watched, connected to again, tidied up after. */
import Mrf, { type MrfServer } from 'drachtio-fsmrf'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { MediaServerState } from '../contract.ts'
import { Leg, type LegHome } from './leg.ts'
import { Line, type EslEvent } from './line.ts'
import { channelsOf, hasRooms, readStatus, warningsOf, type SwitchFigures } from './status.ts'

export interface SwitchTiming {
  /** Connecting, and each command. */
  timeoutMs: number
  /** Between looks at how it is; a look that gets no answer means that it hangs. */
  lookMs: number
  /** Waited before the first and, doubled each time, before the next attempts to connect. */
  firstRetryMs: number
  lastRetryMs: number
  /** Calls outlive a lost control line this long. */
  graceMs: number
}

export const usualTiming: SwitchTiming = { timeoutMs: 5_000, lookMs: 5_000, firstRetryMs: 250, lastRetryMs: 15_000, graceMs: 3_000 }

export interface SwitchOptions {
  host: string
  port: number
  secret: string
  weight: number
  profile: string
  /** The srf that calls it. */
  srf: unknown
  /** Channels that carry this as their caller are ours. */
  owner: string
  logger: Logger
  timing: SwitchTiming
  /** Called when new calls can or can no longer be made on it. */
  onChange: () => void
}

/** Every so many looks it is looked for channels that nobody owns. */
const LOOKS_A_TIDY = 6

export class Switch implements LegHome {
  readonly address: string
  readonly weight: number
  /** Takes no new calls; those that go on are not touched. */
  draining = false
  readonly legs = new Map<string, Leg>()
  /** Legs that are being made. */
  opening = 0
  figures: SwitchFigures | undefined
  /** Conferences can be on it. */
  rooms = false
  readonly #watched = new Map<string, (event: EslEvent) => void>()
  readonly #options: SwitchOptions
  #line: Line | undefined
  #mrf: MrfServer | undefined
  /** Why it is not connected. */
  #trouble: Refusal | undefined = new Refusal('unavailable', 'It is being connected to.')
  #retryMs: number
  #retryTimer: NodeJS.Timeout | undefined
  #lookTimer: NodeJS.Timeout | undefined
  #graceTimer: NodeJS.Timeout | undefined
  #stopped = false
  #looks = 0
  /** Channels without an owner at the last look. */
  #suspects: ReadonlySet<string> = new Set()

  constructor(options: SwitchOptions) {
    this.#options = options
    this.address = `${options.host.includes(':') ? `[${options.host}]` : options.host}:${options.port}`
    this.weight = options.weight
    this.#retryMs = options.timing.firstRetryMs
  }

  get connected(): boolean {
    return this.#mrf !== undefined
  }

  /** Why it is not connected, in words. */
  get trouble(): Refusal | undefined {
    return this.#trouble
  }

  get state(): MediaServerState {
    const { address, connected, draining, weight, figures } = this
    return { address, connected, trouble: this.#trouble?.message, draining, weight, endpoints: this.legs.size, figures, warnings: connected && figures !== undefined ? warningsOf(figures) : [] }
  }

  /** Its sessions are all in use, ours and those of others. */
  get full(): boolean {
    return this.figures !== undefined && Math.max(this.figures.sessions, this.legs.size + this.opening) >= this.figures.maxSessions
  }

  /** The first attempt to connect; resolves either way, and goes on trying. */
  async start(): Promise<void> {
    await this.#connect()
  }

  api(command: string): Promise<string> {
    return this.#line?.api(command) ?? Promise.reject(new Refusal('unavailable', `the FreeSWITCH at ${this.address} is not connected`, { retryAfter: 5 }))
  }

  /** A channel whose peer is described by `sdp`. Refuses `unavailable`. */
  async createLeg(sdp: string, logger: Logger): Promise<Leg> {
    const mrf = this.#mrf
    if (mrf === undefined) throw new Refusal('unavailable', `the FreeSWITCH at ${this.address} is not connected`, { retryAfter: 5 })
    this.opening += 1
    try {
      const endpoint = await mrf.createEndpoint({ remoteSdp: sdp, headers: { From: `<sip:${this.#options.owner}@dialplane.invalid>` } })
      const leg = new Leg(endpoint, this, logger)
      this.legs.set(leg.uuid, leg)
      return leg
    } catch (error) {
      throw new Refusal('unavailable', `the FreeSWITCH at ${this.address} did not take the call (${messageOf(error)})`, { retryAfter: 5, cause: error })
    } finally {
      this.opening -= 1
    }
  }

  watchRoom(name: string, listener: (event: EslEvent) => void): () => void {
    this.#watched.set(name, listener)
    return () => void this.#watched.delete(name)
  }

  forget(leg: Leg): void {
    this.legs.delete(leg.uuid)
    this.#options.onChange()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#graceTimer)
    await Promise.all([...this.legs.values()].map((leg) => leg.close()))
    this.#disconnect('closed')
  }

  async #connect(): Promise<void> {
    const { host, port, secret, profile, srf, timing } = this.#options
    let line: Line | undefined
    try {
      line = await Line.open({ host, port, secret, timeoutMs: timing.timeoutMs })
      this.figures = readStatus(await line.api('status'))
      if (this.figures === undefined) throw new Refusal('unavailable', `What answers at ${this.address} is no FreeSWITCH that is ready.`)
      if (!new RegExp(`^\\s*${profile.replace(/\W/g, '\\$&')}\\s+profile\\s+sip:\\S+\\s+RUNNING`, 'm').test(await line.api('sofia status'))) {
        throw new Refusal('unavailable', `The FreeSWITCH at ${this.address} has no SIP profile ${profile} that runs. Add the one of docker/freeswitch, or set FREESWITCH_PROFILE.`)
      }
      this.rooms = await hasRooms({ api: (command) => line!.api(command) })
      const mrf = await this.#openMrf(new Mrf(srf).connect({ address: host, port, secret, profile, listenAddress: line.localAddress }))
      // Before anything new can be there.
      await this.#tidy(line, true)
      if (this.#stopped) {
        dispose(mrf)
        return line.close()
      }
      this.#line = line
      this.#mrf = mrf
    } catch (error) {
      line?.close()
      if (!this.#stopped) this.#failed(error)
      return
    }
    this.#connected(line)
  }

  async #openMrf(opening: Promise<MrfServer>): Promise<MrfServer> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(resolve, this.#options.timing.timeoutMs, undefined)
    const mrf = await Promise.race([opening, late]).finally(() => clearTimeout(timer))
    if (mrf === undefined) {
      void opening.then(dispose, () => undefined)
      throw new Refusal('unavailable', `The FreeSWITCH at ${this.address} does not answer.`)
    }
    // It would write to the console, and connect again by itself.
    mrf.closing = true
    mrf.conn.closing = true
    mrf.on('error', () => undefined)
    return mrf
  }

  #connected(line: Line): void {
    const { timing, logger, onChange } = this.#options
    this.#trouble = undefined
    this.#retryMs = timing.firstRetryMs
    clearTimeout(this.#graceTimer)
    void line.ended.then((reason) => this.#lost(line, reason))
    if (this.rooms) line.onCustom('conference::maintenance', (event) => this.#watched.get(event.getHeader('Conference-Name') ?? '')?.(event))
    this.#lookTimer = setTimeout(() => void this.#look(line), timing.lookMs)
    logger.info({ freeswitch: this.address, version: this.figures?.version }, 'connected to a FreeSWITCH')
    for (const warning of this.state.warnings) logger.warn({ freeswitch: this.address }, warning)
    onChange()
  }

  #failed(error: unknown): void {
    const { logger, timing } = this.#options
    const trouble = error instanceof Refusal ? error : new Refusal('unavailable', `The FreeSWITCH at ${this.address} cannot be used (${messageOf(error)}).`, { cause: error })
    if (trouble.message !== this.#trouble?.message) logger.error({ freeswitch: this.address }, trouble.message)
    this.#trouble = trouble
    this.#retryTimer = setTimeout(() => void this.#connect(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, timing.lastRetryMs)
  }

  #lost(line: Line, reason: string): void {
    if (this.#line !== line || this.#stopped) return
    this.#disconnect(reason)
    // Channels whose own line ended have said so; the others are given the time that a network needs to mend.
    this.#graceTimer = setTimeout(() => {
      for (const leg of [...this.legs.values()]) leg.lost()
    }, this.#options.timing.graceMs)
    this.#failed(new Refusal('unavailable', reason))
    this.#options.onChange()
  }

  #disconnect(reason: string): void {
    clearTimeout(this.#lookTimer)
    const [line, mrf] = [this.#line, this.#mrf]
    this.#line = undefined
    this.#mrf = undefined
    line?.close(reason)
    if (mrf) dispose(mrf)
  }

  async #look(line: Line): Promise<void> {
    const { lookMs } = this.#options.timing
    try {
      const figures = readStatus(await line.api('status'))
      if (figures !== undefined) this.figures = figures
      this.#looks += 1
      if (this.#looks % LOOKS_A_TIDY === 0) await this.#tidy(line, false)
    } catch (error) {
      return line.close(`The FreeSWITCH at ${this.address} does not answer (${messageOf(error)}).`)
    }
    this.#options.onChange()
    if (this.#line === line) this.#lookTimer = setTimeout(() => void this.#look(line), lookMs)
  }

  /**
   * Channels of ours that no call owns, because one of us died, are ended.
   * @param sure also those seen for the first time: none of them can be one that is just being made
   */
  async #tidy(line: Line, sure: boolean): Promise<void> {
    const { owner, logger } = this.#options
    const orphans = channelsOf(owner, await line.api('show channels as json')).filter((uuid) => !this.legs.has(uuid))
    const ended = orphans.filter((uuid) => sure || this.#suspects.has(uuid))
    this.#suspects = new Set(orphans)
    if (ended.length === 0) return
    logger.warn({ freeswitch: this.address, channels: ended.length }, 'channels that no call owns are ended')
    for (const uuid of ended) await line.api(`uuid_kill ${uuid}`)
  }
}

/** Closes a server of drachtio-fsmrf for good. Calls that go on keep their own connections. */
function dispose(mrf: MrfServer): void {
  const { conn } = mrf
  try {
    mrf.disconnect()
  } catch {
    // Its connection was gone already.
  }
  conn.closing = true
  clearTimeout(conn.reconnectVars.retryTimer ?? undefined)
}
