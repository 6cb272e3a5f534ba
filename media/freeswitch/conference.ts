import { newId } from '../../config/ids.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Conference, ConferenceEvents, ConferenceParty, Endpoint, JoinOptions, PlayOptions, PlayResult, PlaySource, Recording, RecordOptions } from '../contract.ts'
import { Listeners } from '../listeners.ts'
import { FreeswitchEndpoint, type EndpointHome, type Stay } from './endpoint.ts'
import { partLegs } from './join.ts'
import type { Leg, LegHome } from './leg.ts'
import type { EslEvent } from './line.ts'
import { FreeswitchRecording } from './recording.ts'
import { RoomPlayer } from './room-player.ts'
import { ROOM_PROFILE } from './status.ts'

/** Samples a second of a room. */
const ROOM_RATE = 16_000
/** How long a channel may take to get in. */
const ENTER_MS = 5_000

export interface ConferenceParts {
  name: string
  /** The server that the room is on. */
  place: LegHome
  /** A channel of nobody. In the room, it keeps it open and hears all of it. */
  keeper: Leg
  home: Pick<EndpointHome, 'sound' | 'checkRecording'>
  logger: Logger
  onClosed: () => void
}

interface Guest {
  muted: boolean
  /** The channel that is in the room for the endpoint, and its number there; known once it is in. */
  leg?: Leg
  member?: string
  /** How often it went in or out: what ends belongs to which. */
  turn: number
}

/** A room of mod_conference. Endpoints on other servers are in it by a channel that reaches to them. */
export class FreeswitchConference implements Conference, Stay {
  readonly id = newId()
  readonly name: string
  readonly place: LegHome
  readonly #room = `dp-${this.id}`
  readonly #keeper: Leg
  readonly #home: ConferenceParts['home']
  readonly #logger: Logger
  readonly #listeners: Listeners<ConferenceEvents>
  readonly #player: RoomPlayer
  readonly #guests = new Map<FreeswitchEndpoint, Guest>()
  /** Who is awaited in the room, by channel. */
  readonly #awaited = new Map<string, (member: string) => void>()
  /** Who speaks, in the order they began. */
  #talkers: readonly FreeswitchEndpoint[] = []
  readonly #recordings = new Set<FreeswitchRecording>()
  readonly #stopEvents: () => void
  readonly #onClosed: () => void
  #locked = false
  #gone = false
  #closing: Promise<void> | undefined

  private constructor({ name, place, keeper, home, logger, onClosed }: ConferenceParts) {
    this.name = name
    this.place = place
    this.#keeper = keeper
    this.#home = home
    this.#logger = logger
    this.#listeners = new Listeners(logger)
    this.#onClosed = onClosed
    this.#player = new RoomPlayer((...words) => this.#command(...words))
    this.#stopEvents = place.watchRoom(this.#room, (event) => this.#heard(event))
  }

  /** Opens an empty room. Refuses `unavailable` when the server does not. */
  static async open(parts: ConferenceParts): Promise<FreeswitchConference> {
    const conference = new FreeswitchConference(parts)
    try {
      await conference.#enter(parts.keeper, ['mute'], () => conference.lost('server-lost'))
    } catch (error) {
      await conference.close()
      throw error
    }
    return conference
  }

  get locked(): boolean {
    return this.#locked
  }

  parties(): readonly ConferenceParty[] {
    return [...this.#guests].map(([endpoint, { muted }]) => ({ endpoint, muted, talking: this.#talkers.includes(endpoint) }))
  }

  async join(endpoint: Endpoint, options: JoinOptions = {}): Promise<void> {
    if (!(endpoint instanceof FreeswitchEndpoint)) throw new Error('an endpoint of another engine cannot join')
    this.#check()
    const { muted = false } = options
    if (this.#guests.has(endpoint)) return this.mute(endpoint, muted)
    if (this.#locked) throw new Refusal('conflict', 'the conference is locked')
    const guest: Guest = { muted, turn: 0 }
    this.#guests.set(endpoint, guest)
    try {
      await endpoint.enter(this)
      guest.leg = endpoint.leg.on === this.place ? endpoint.leg : await endpoint.reach(this.place, 'G722')
      if (this.#guests.get(endpoint) === guest) await this.#admit(endpoint, guest, guest.leg)
    } catch (error) {
      await this.#part(endpoint, this.#forget(endpoint))
      throw error
    }
    // It was closed, or kicked, in the meantime.
    if (this.#guests.get(endpoint) !== guest) {
      if (!endpoint.taken) await this.#part(endpoint, guest)
      throw new Refusal('gone', 'the endpoint left while it joined')
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
    if (guest.member !== undefined) await this.#command(muted ? 'mute' : 'unmute', guest.member, 'quiet')
    if (muted) this.#speaks(endpoint, false)
  }

  async lock(on: boolean): Promise<void> {
    this.#check()
    this.#locked = on
  }

  async play(source: PlaySource, options: PlayOptions = {}): Promise<PlayResult> {
    this.#check()
    return this.#player.play(await this.#home.sound(source), options)
  }

  async record(options: RecordOptions): Promise<Recording> {
    this.#check()
    await this.#home.checkRecording(options.path)
    const recording = await FreeswitchRecording.start(this.#keeper, options, ROOM_RATE, 'room')
    this.#recordings.add(recording)
    void recording.finished.then(() => this.#recordings.delete(recording))
    return recording
  }

  on<K extends keyof ConferenceEvents>(event: K, listener: (...args: ConferenceEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener)
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([...this.#recordings].map((recording) => recording.close()))
      await this.lost('closed')
      await this.#keeper.close()
    })()
    return this.#closing
  }

  /** It is over: closed, or its server died. */
  async lost(reason: string): Promise<void> {
    if (this.#gone) return
    this.#gone = true
    this.#stopEvents()
    this.#player.close()
    const parted = [...this.#guests.keys()].map((endpoint) => this.#remove(endpoint, 'ended'))
    this.#onClosed()
    this.#listeners.emit('closed', reason)
    this.#listeners.clear()
    await Promise.all(parted)
  }

  async left(endpoint: FreeswitchEndpoint, why: 'left' | 'closed'): Promise<void> {
    await this.#remove(endpoint, why)
  }

  /** FreeSWITCH now and then loses the sound of a channel whose codec changes in a room: it goes out and comes in again. */
  async recoded(endpoint: FreeswitchEndpoint, work: () => Promise<void>): Promise<void> {
    const guest = this.#guests.get(endpoint)
    if (guest?.member === undefined || guest.leg !== endpoint.leg) return work()
    guest.turn += 1
    try {
      await partLegs(endpoint.leg)
      await work()
    } finally {
      if (this.#guests.get(endpoint) === guest) {
        await this.#admit(endpoint, guest, endpoint.leg).catch((error: unknown) => {
          this.#logger.warn({ conference: this.name, error: messageOf(error) }, 'a party did not come back into the room with its new codec')
          return this.#remove(endpoint, 'left')
        })
      }
    }
  }

  async #admit(endpoint: FreeswitchEndpoint, guest: Guest, leg: Leg): Promise<void> {
    const { muted } = guest
    const turn = (guest.turn += 1)
    // Muted, it is listened to all the same: the room's own way would take its keys too.
    guest.member = await this.#enter(leg, ['mute-detect', ...(muted ? ['mute'] : [])], () => {
      if (this.#guests.get(endpoint) === guest && guest.turn === turn) void this.#remove(endpoint, 'left')
    })
    if (guest.muted !== muted) await this.mute(endpoint, guest.muted)
  }

  /** Resolves with its number once the channel is in the room. @param onOut it is there no longer */
  async #enter(leg: Leg, flags: readonly string[], onOut: () => void): Promise<string> {
    const { promise: entered, resolve } = Promise.withResolvers<string | undefined>()
    this.#awaited.set(leg.uuid, resolve)
    const timer = setTimeout(resolve, ENTER_MS, undefined)
    // It runs for as long as the channel is in.
    void leg.execute('conference', `${this.#room}@${ROOM_PROFILE}+flags{${flags.join('|')}}`).then(() => {
      resolve(undefined)
      onOut()
    })
    const member = await entered
    clearTimeout(timer)
    this.#awaited.delete(leg.uuid)
    if (member === undefined) throw new Refusal('unavailable', 'FreeSWITCH did not let the call into the conference; its log says why')
    return member
  }

  #heard(event: EslEvent): void {
    const uuid = event.getHeader('Unique-ID') ?? ''
    switch (event.getHeader('Action')) {
      case 'add-member': return this.#awaited.get(uuid)?.(event.getHeader('Member-ID') ?? '')
      case 'play-file-done': return this.#player.done()
      case 'start-talking': return this.#speaks(this.#behind(uuid), true)
      case 'stop-talking': return this.#speaks(this.#behind(uuid), false)
    }
  }

  #behind(uuid: string): FreeswitchEndpoint | undefined {
    return [...this.#guests].find(([, { leg }]) => leg?.uuid === uuid)?.[0]
  }

  #speaks(endpoint: Endpoint | undefined, on: boolean): void {
    if (!(endpoint instanceof FreeswitchEndpoint) || this.#talkers.includes(endpoint) === on) return
    if (on && this.#guests.get(endpoint)?.muted !== false) return
    this.#talkers = on ? [...this.#talkers, endpoint] : this.#talkers.filter((each) => each !== endpoint)
    this.#listeners.emit('talkers', this.#talkers)
  }

  async #remove(endpoint: Endpoint, why: ConferenceEvents['left'][1]): Promise<void> {
    if (!(endpoint instanceof FreeswitchEndpoint)) return
    const guest = this.#forget(endpoint)
    if (guest === undefined) return
    this.#listeners.emit('left', endpoint, why)
    if (why !== 'closed') await this.#part(endpoint, guest)
  }

  #forget(endpoint: FreeswitchEndpoint): Guest | undefined {
    const guest = this.#guests.get(endpoint)
    if (guest === undefined) return undefined
    this.#guests.delete(endpoint)
    endpoint.exit(this)
    this.#speaks(endpoint, false)
    return guest
  }

  /** The endpoint is alone again. */
  async #part(endpoint: FreeswitchEndpoint, guest: Guest | undefined): Promise<void> {
    try {
      if (guest?.leg === endpoint.leg) await partLegs(endpoint.leg)
      else if (guest?.leg !== undefined) await endpoint.unreach()
    } catch (error) {
      this.#logger.warn({ conference: this.name, error: messageOf(error) }, 'a party could not be taken out of the room; it is when its call ends')
    }
  }

  #command(...words: readonly string[]): Promise<string> {
    return this.place.api(['conference', this.#room, ...words].join(' '))
  }

  #check(): void {
    if (this.#gone || this.#closing !== undefined) throw new Refusal('gone', 'the conference is closed')
  }
}
