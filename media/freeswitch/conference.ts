import { newId } from '../../config/ids.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Conference, ConferenceEvents, ConferenceParty, Endpoint, JoinOptions, PlayOptions, PlayResult, PlaySource, Recording, RecordOptions } from '../contract.ts'
import { Listeners } from '../listeners.ts'
import { FreeswitchEndpoint, type EndpointHome, type Stay } from './endpoint.ts'
import { partLegs } from './join.ts'
import type { Leg, LegHome } from './leg.ts'
import type { EslEvent } from './line.ts'
import { RoomPlayer } from './room-player.ts'
import { RoomRecording } from './room-recording.ts'

/** The profile of docker/freeswitch; a server that has none of this name takes its default. */
const PROFILE = 'dialplane'
/** FreeSWITCH says at once that it takes somebody in, and a moment later that it has. */
const JOINED_MS = 5_000

export interface ConferenceParts {
  name: string
  logger: Logger
  home: EndpointHome
  onClosed: (conference: FreeswitchConference) => void
}

interface Guest {
  /** The channel that is in: the endpoint's own, or one that reaches it from another server. */
  leg: Leg
  /** FreeSWITCH's number of it, once it is in. */
  member: string | undefined
  muted: boolean
  talking: boolean
}

/** A room of mod_conference. It is on the server of whoever comes first. */
export class FreeswitchConference implements Conference, Stay {
  readonly id = newId()
  readonly name: string
  /** Its name on the server. */
  readonly room = `dp-${this.id}`
  /** Undefined until somebody came. */
  place: LegHome | undefined
  readonly #home: EndpointHome
  readonly #listeners: Listeners<ConferenceEvents>
  readonly #onClosed: (conference: FreeswitchConference) => void
  readonly #guests = new Map<FreeswitchEndpoint, Guest>()
  /** Whoever is told that a channel is in. */
  readonly #joining = new Map<string, (member: string) => void>()
  readonly #player = new RoomPlayer((command) => this.#command(command))
  readonly #recordings = new Set<RoomRecording>()
  #talkers: readonly FreeswitchEndpoint[] = []
  #locked = false
  #gone = false

  constructor({ name, logger, home, onClosed }: ConferenceParts) {
    this.name = name
    this.#home = home
    this.#listeners = new Listeners(logger)
    this.#onClosed = onClosed
  }

  get locked(): boolean {
    return this.#locked
  }

  parties(): readonly ConferenceParty[] {
    return [...this.#guests].map(([endpoint, { muted, talking }]) => ({ endpoint, muted, talking: talking && !muted }))
  }

  async join(endpoint: Endpoint, { muted = false }: JoinOptions = {}): Promise<void> {
    if (!(endpoint instanceof FreeswitchEndpoint)) throw new Error('an endpoint of another engine cannot join')
    this.#check()
    if (this.#guests.has(endpoint)) return this.mute(endpoint, muted)
    if (this.#locked) throw new Refusal('conflict', 'the conference is locked')
    const place = (this.place ??= endpoint.leg.on)
    await endpoint.enter(this)
    const guest: Guest = { leg: endpoint.leg, member: undefined, muted, talking: false }
    this.#guests.set(endpoint, guest)
    try {
      guest.leg = await endpoint.reach(place)
      guest.member = await this.#enter(guest.leg, muted)
    } catch (error) {
      this.#forget(endpoint)
      throw error
    }
    if (this.#guests.get(endpoint) !== guest) throw new Refusal('gone', 'the endpoint left while it joined')
    await Promise.all([...this.#recordings].map((recording) => recording.begin()))
  }

  async #enter(leg: Leg, muted: boolean): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#joining.set(leg.uuid, resolve)
    const timer = setTimeout(() => reject(new Refusal('unavailable', 'FreeSWITCH did not take the party into the conference: does it load mod_conference?')), JOINED_MS)
    // It runs for as long as the party is in.
    void leg.execute('conference', `${this.room}@${PROFILE}${muted ? '+flags{mute}' : ''}`)
    void leg.gone.then(() => reject(new Refusal('gone', 'the endpoint is closed')))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#joining.delete(leg.uuid)
    }
  }

  async leave(endpoint: Endpoint): Promise<void> {
    await this.#remove(endpoint, 'left')
  }

  async kick(endpoint: Endpoint): Promise<void> {
    await this.#remove(endpoint, 'kicked')
  }

  async mute(endpoint: Endpoint, muted: boolean): Promise<void> {
    const guest = endpoint instanceof FreeswitchEndpoint ? this.#guests.get(endpoint) : undefined
    if (guest === undefined) throw new Refusal('not-found', 'the endpoint is not in the conference')
    guest.muted = muted
    if (muted) this.#talks(endpoint as FreeswitchEndpoint, false)
    if (guest.member !== undefined) await this.#command(`${muted ? 'mute' : 'unmute'} ${guest.member} quiet`)
  }

  async lock(on: boolean): Promise<void> {
    this.#check()
    this.#locked = on
  }

  async play(source: PlaySource, options: PlayOptions = {}): Promise<PlayResult> {
    this.#check()
    const sound = await this.#home.sound(source)
    return this.#player.play(sound, options)
  }

  async record(options: RecordOptions): Promise<Recording> {
    this.#check()
    await this.#home.checkRecording(options.path)
    const recording = new RoomRecording(options, (command) => this.#command(command))
    this.#recordings.add(recording)
    void recording.finished.then(() => this.#recordings.delete(recording))
    if (this.#guests.size > 0) await recording.begin()
    return recording
  }

  on<K extends keyof ConferenceEvents>(event: K, listener: (...args: ConferenceEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener)
  }

  async close(): Promise<void> {
    if (this.#gone) return
    this.#gone = true
    this.#player.close()
    await Promise.all([...this.#recordings].map((recording) => recording.close()))
    await Promise.all([...this.#guests.keys()].map((endpoint) => this.#remove(endpoint, 'ended')))
    this.#end('closed')
  }

  /** Its server died. */
  lost(reason: string): void {
    if (this.#gone) return
    this.#gone = true
    this.#player.close()
    for (const recording of this.#recordings) void recording.close()
    for (const endpoint of [...this.#guests.keys()]) if (this.#forget(endpoint)) this.#listeners.emit('left', endpoint, 'ended')
    this.#end(reason)
  }

  left(endpoint: FreeswitchEndpoint, why: 'left' | 'closed'): Promise<void> {
    return this.#remove(endpoint, why)
  }

  /** What FreeSWITCH says about the room. */
  heard(event: EslEvent): void {
    const action = event.getHeader('Action')
    const channel = event.getHeader('Unique-ID')
    if (action === 'add-member' && channel !== undefined) return this.#joining.get(channel)?.(event.getHeader('Member-ID') ?? '')
    if (action === 'conference-destroy') return this.#player.heard(action)
    if (action === 'play-file-done' || action === 'stop-recording') {
      this.#player.heard(action)
      for (const recording of this.#recordings) recording.heard(action, event)
      return
    }
    if (action !== 'start-talking' && action !== 'stop-talking') return
    const found = [...this.#guests].find(([, { leg }]) => leg.uuid === channel)
    if (found) this.#talks(found[0], action === 'start-talking' && !found[1].muted)
  }

  #talks(endpoint: FreeswitchEndpoint, on: boolean): void {
    const guest = this.#guests.get(endpoint)
    if (guest !== undefined) guest.talking = on
    if (this.#talkers.includes(endpoint) === on) return
    this.#talkers = on ? [...this.#talkers, endpoint] : this.#talkers.filter((each) => each !== endpoint)
    this.#listeners.emit('talkers', this.#talkers)
  }

  async #remove(endpoint: Endpoint, why: ConferenceEvents['left'][1]): Promise<void> {
    if (!(endpoint instanceof FreeswitchEndpoint)) return
    const guest = this.#guests.get(endpoint)
    if (guest === undefined) return
    this.#forget(endpoint)
    if (guest.leg === endpoint.leg && !guest.leg.over && why !== 'closed') await partLegs(guest.leg)
    await endpoint.unreach()
    this.#listeners.emit('left', endpoint, why)
  }

  #forget(endpoint: FreeswitchEndpoint): boolean {
    if (!this.#guests.delete(endpoint)) return false
    endpoint.exit(this)
    this.#talks(endpoint, false)
    return true
  }

  #command(command: string): Promise<string> {
    return this.place?.api(`conference ${this.room} ${command}`) ?? Promise.resolve('-ERR nobody is in')
  }

  #end(reason: string): void {
    this.#onClosed(this)
    this.#listeners.emit('closed', reason)
    this.#listeners.clear()
  }

  #check(): void {
    if (this.#gone) throw new Refusal('gone', 'the conference is closed')
  }
}
