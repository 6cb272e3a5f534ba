import { isIPv4 } from 'node:net'
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { FreeswitchSettings, Settings } from '../../config/settings/settings.ts'
import type { Conference, Endpoint, EndpointOptions, MediaCapabilities, MediaLoad, MediaServer, MediaServerEvents, MediaServers, PlaySource, Supervision, SupervisionMode } from '../contract.ts'
import { plainAddress } from '../embedded/address.ts'
import { Listeners } from '../listeners.ts'
import type { Music } from '../music/index.ts'
import type { Prompts } from '../prompts/index.ts'
import { knownEncodings, parseDescription, SdpSession, type Encoding } from '../sdp/index.ts'
import type { Storage } from '../storage/index.ts'
import { FreeswitchConference } from './conference.ts'
import { describeNobody, describePeer } from './description.ts'
import { FreeswitchEndpoint, type EndpointHome } from './endpoint.ts'
import type { Leg, LegHome } from './leg.ts'
import { soundOf } from './sounds.ts'
import { FreeswitchSupervision } from './supervision.ts'
import { ROOM_PROFILE } from './status.ts'
import { Switch, usualTiming, type SwitchTiming } from './switch.ts'

export interface FreeswitchOptions {
  settings: Pick<Settings, 'home' | 'media' | 'calls'>
  freeswitch: FreeswitchSettings
  /** The srf that calls the servers. */
  srf: unknown
  logger: Logger
  prompts: Prompts
  music: Music
  storage: Storage
  timing?: Partial<SwitchTiming>
}

/** Every channel of ours has these. What happens to a channel when another goes, or its peer holds, is ours to say. */
const VARIABLES = {
  hangup_after_bridge: 'false', park_after_bridge: 'true', rtp_disable_hold: 'true', playback_terminators: 'none',
  send_silence_when_idle: '-1', bridge_generate_comfort_noise: 'false',
}

/** The media engine on FreeSWITCHes of the operator's, one or many. */
export class FreeswitchMediaServer implements MediaServer, EndpointHome {
  readonly switches: readonly Switch[]
  /** The caller that our channels name, by which they are known as ours. The same after a restart. */
  readonly owner: string
  readonly #options: FreeswitchOptions
  readonly #listeners: Listeners<MediaServerEvents>
  readonly #endpoints = new Set<FreeswitchEndpoint>()
  readonly #conferences = new Set<FreeswitchConference>()
  /** The legs of one call share a server. */
  readonly #calls = new Map<string, { on: LegHome; legs: number }>()
  readonly #callOf = new Map<FreeswitchEndpoint, string>()
  #available = false
  #stopping: Promise<void> | undefined

  constructor(options: FreeswitchOptions) {
    this.#options = options
    this.#listeners = new Listeners(options.logger)
    const timing = { ...usualTiming, ...options.timing }
    const { profile, servers } = options.freeswitch
    this.owner = `dp${createHash('sha256').update(`${hostname()}\0${options.settings.home}`).digest('hex').slice(0, 12)}`
    this.switches = servers.map((server) => new Switch({
      ...server, profile, timing, owner: this.owner, srf: options.srf, logger: options.logger,
      onChange: () => this.#judge(),
          }))
  }

  get capabilities(): MediaCapabilities {
    return {
      engine: 'freeswitch', codecs: knownEncodings(this.#options.settings.media.codecs), transcoding: true, play: true, speak: true, collect: true,
      sendDigits: true, record: true, conference: this.switches.some(({ connected, rooms }) => connected && rooms), supervise: true, echo: true, tap: false, srtp: [], ice: false,
      maxEndpoints: this.switches.reduce((sum, { figures }) => sum + (figures?.maxSessions ?? 0), 0),
    }
  }

  get available(): boolean {
    return this.#available
  }

  /**
   * Connects to all, and resolves when each was tried. Without any it goes on trying: calls for help need no media server.
   * @throws Refusal `unauthenticated` or `forbidden` when none can be used and the settings are the cause
   */
  async start(): Promise<void> {
    await Promise.all(this.switches.map((each) => each.start()))
    const wrong = this.switches.find(({ trouble }) => trouble?.code === 'unauthenticated' || trouble?.code === 'forbidden')?.trouble
    if (wrong && !this.switches.some(({ connected }) => connected)) throw wrong
    this.#judge()
  }

  on<K extends keyof MediaServerEvents>(event: K, listener: (...args: MediaServerEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener)
  }

  async createEndpoint(options: EndpointOptions): Promise<Endpoint> {
    if (this.#stopping !== undefined) throw new Refusal('unavailable', 'the media engine is stopping')
    // As our descriptions are.
    if (!isIPv4(plainAddress(options.peerAddress))) throw new Refusal('unprocessable', 'through FreeSWITCH audio is offered over IPv4 only, and the peer is elsewhere')
    const mine = this.capabilities.codecs
    const encodings = knownEncodings(options.codecs ?? mine).filter((name) => mine.includes(name))
    if (options.offer === undefined && encodings.length === 0) throw new Refusal('unprocessable', 'none of the allowed codecs can be offered')
    const choice = { encodings, peerOrder: options.codecs === undefined, dtmf: options.dtmf, packetMs: options.packetMs }
    // What will be agreed is known before the server is asked: a flood of useless offers must not reach it.
    const expected = options.offer === undefined ? undefined : new SdpSession({ address: '0.0.0.0', port: 1, ...choice }).answer(options.offer)
    const description = expected === undefined ? describeNobody(encodings[0], options.packetMs) : describePeer({ stream: expected.stream, version: 1 })
    const logger = this.#options.logger.child({ call: options.callId, leg: options.legId })
    const leg = await this.#open(options, description, logger)
    try {
      const { audio } = parseDescription(leg.sdp)
      if (audio.address === undefined) throw new Refusal('unavailable', 'FreeSWITCH told no address for audio: set rtp-ip in its SIP profile')
      const local = { address: audio.address, port: audio.port }
      const session = new SdpSession({ ...local, ...choice })
      await leg.set(VARIABLES)
      const agreement = options.offer === undefined ? undefined : session.answer(options.offer)
      if (agreement === undefined) session.offer('sendrecv')
      const endpoint = new FreeswitchEndpoint({ leg, session, local, logger, home: this, dtmf: options.dtmf ?? 'auto', mediaTimeoutMs: this.#options.settings.calls.mediaTimeoutSeconds * 1000 })
      this.#keep(endpoint, options.callId)
      if (agreement !== undefined) await endpoint.adopt(agreement, describePeer({ stream: agreement.stream, version: 0 }))
      return endpoint
    } catch (error) {
      await leg.close()
      throw error
    }
  }

  /** A leg where the call already is, else on the server that has most room; when that one fails, on the next. */
  async #open({ callId, near }: EndpointOptions, description: string, logger: Logger): Promise<Leg> {
    const place = this.#calls.get(callId)?.on ?? (near instanceof FreeswitchConference ? near.place : undefined)
    const home = this.switches.find((each) => each === place)
    const others = this.switches.filter((each) => each !== home && !each.draining).sort((a, b) => busy(a) - busy(b))
    let refusal = new Refusal('unavailable', this.#reason() ?? 'no media server is connected', { retryAfter: 5 })
    for (const each of home === undefined ? others : [home, ...others]) {
      if (!each.connected || each.full) continue
      try {
        return await each.createLeg(description, logger)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        refusal = error
      }
    }
    throw refusal
  }

  #keep(endpoint: FreeswitchEndpoint, callId: string): void {
    this.#endpoints.add(endpoint)
    this.#callOf.set(endpoint, callId)
    const call = this.#calls.get(callId)
    if (call === undefined) this.#calls.set(callId, { on: endpoint.leg.on, legs: 1 })
    else call.legs += 1
  }

  forget(endpoint: FreeswitchEndpoint): void {
    if (!this.#endpoints.delete(endpoint)) return
    const callId = this.#callOf.get(endpoint) ?? ''
    this.#callOf.delete(endpoint)
    const call = this.#calls.get(callId)
    if (call !== undefined && (call.legs -= 1) === 0) this.#calls.delete(callId)
    this.#judge()
  }

  sound(source: PlaySource): ReturnType<typeof soundOf> {
    const { prompts, music, storage, settings } = this.#options
    return soundOf(source, { prompts, music, storage, country: settings.media.tones })
  }

  checkRecording(path: string): Promise<void> {
    return this.#options.storage.checkRecording(path)
  }

  async span(leg: Leg, place: LegHome, encoding: Encoding): Promise<[Leg, Leg]> {
    const { logger } = this.#options
    const near = await leg.on.createLeg(describeNobody(encoding), logger)
    try {
      const far = await place.createLeg(bothWays(near.sdp), logger)
      await near.modify(bothWays(far.sdp))
      await Promise.all([near.set(VARIABLES), far.set(VARIABLES)])
      return [near, far]
    } catch (error) {
      await near.close()
      throw error
    }
  }

  async createConference(name: string): Promise<Conference> {
    const connected = this.switches.filter((each) => each.connected)
    if (this.#stopping !== undefined || connected.length === 0) throw new Refusal('unavailable', this.#reason() ?? 'no media server is connected', { retryAfter: 5 })
    const able = connected.filter(({ rooms }) => rooms)
    if (able.length === 0) throw new Refusal('unsupported', `no FreeSWITCH that is connected has conferences: load mod_conference, and give it the profile ${ROOM_PROFILE} of docker/freeswitch`)
    const [place] = able.filter((each) => !each.draining && !each.full).sort((a, b) => busy(a) - busy(b))
    if (place === undefined) throw new Refusal('unavailable', 'every FreeSWITCH that has conferences is full or being drained', { retryAfter: 5 })
    const { logger } = this.#options
    // To a channel that sends nothing a room does not speak.
    const keeper = await place.createLeg(bothWays(describeNobody('G722')), logger)
    await keeper.set(VARIABLES)
    const conference = await FreeswitchConference.open({ name, place, keeper, home: this, logger, onClosed: () => void this.#conferences.delete(conference) })
    this.#conferences.add(conference)
    return conference
  }

  supervise(target: FreeswitchEndpoint, supervisor: Endpoint, mode: SupervisionMode): Promise<Supervision> {
    if (!(supervisor instanceof FreeswitchEndpoint)) throw new Error('an endpoint of another engine cannot listen')
    return FreeswitchSupervision.start(target, supervisor, mode, this.#options.logger)
  }

  readonly servers: MediaServers = {
    list: () => this.switches.map((each) => each.state),
    drain: (address, on) => {
      const found = this.switches.find((each) => each.address === address)
      if (found === undefined) throw new Refusal('not-found', `there is no FreeSWITCH at ${address} in the settings`)
      found.draining = on
      this.#judge()
    },
  }

  async load(): Promise<MediaLoad> {
    return { endpoints: this.#endpoints.size, drainingPorts: 0, workers: [] }
  }

  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      await Promise.all([...this.#endpoints].map((endpoint) => endpoint.close()))
      await Promise.all([...this.#conferences].map((conference) => conference.close()))
      await Promise.all(this.switches.map((each) => each.stop()))
      await Promise.all([this.#options.prompts.close(), this.#options.music.close()])
      this.#listeners.clear()
    })()
    this.#judge()
    return this.#stopping
  }

  /** Why no new endpoint can be made, in words. */
  #reason(): string | undefined {
    if (this.#stopping !== undefined) return 'the media engine is stopping'
    const connected = this.switches.filter((each) => each.connected)
    if (connected.length === 0) return this.switches.length === 1 ? `the FreeSWITCH at ${this.switches[0]!.address} is not connected` : `none of the ${this.switches.length} FreeSWITCHes is connected`
    if (connected.every((each) => each.draining)) return 'every FreeSWITCH that is connected is being drained'
    return connected.every((each) => each.draining || each.full) ? 'every session of every FreeSWITCH is in use' : undefined
  }

  /** Works out `available` anew and tells when it changed. */
  #judge(): void {
    const reason = this.#reason()
    if ((reason === undefined) === this.#available) return
    this.#available = reason === undefined
    if (reason === undefined) this.#listeners.emit('available')
    else this.#listeners.emit('unavailable', reason)
  }
}

function bothWays(sdp: string): string {
  return sdp.replace(/^a=(inactive|sendonly|recvonly)\r?$/gm, 'a=sendrecv\r')
}

function busy({ legs, opening, weight }: Switch): number {
  return (legs.size + opening) / weight
}
