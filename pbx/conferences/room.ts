import { messageOf, Refusal } from '../../config/errors.ts'
import type { Conference, Endpoint, PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { shownAs } from '../calls/hidden.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotConference } from '../directory/types.ts'
import type { ConferencePartyView, ConferenceView } from '../events/catalogue.ts'
import { createRoomKeys, MODERATOR_KEYS, type RoomKey } from './keys.ts'

/** A call in the room. */
export interface Party {
  readonly call: Call
  readonly endpoint: Endpoint
  readonly moderator: boolean
  readonly since: number
  muted: boolean
  /** Its phone has put us on hold: what it plays meanwhile is not for the room. */
  held: boolean
  /** Hears music until a moderator comes. */
  waiting: boolean
}

export interface RoomOptions {
  world: CallWorld
  config: SnapshotConference
  media: Conference
  /** Something that people see has changed. */
  onChange: () => void
  /** Nobody is left. */
  onEmpty: () => void
  /** Begins the recording of a call; what goes wrong is the recorder's to tell. */
  record: (call: Call) => void
}

const ARRIVED: PlaySource = { kind: 'tone', frequencies: [660], cadenceMs: [120, 40] }
const GONE: PlaySource = { kind: 'tone', frequencies: [440], cadenceMs: [200, 40] }

/** A conference room while somebody is in it: who, with which rights, and what they are told. */
export class Room {
  readonly startedAt = Date.now()
  readonly parties = new Map<Call, Party>()
  readonly #world: CallWorld
  readonly #media: Conference
  readonly #onChange: () => void
  readonly #onEmpty: () => void
  readonly #record: (call: Call) => void
  readonly #talking = new Set<Endpoint>()
  /** As it was when the room was last entered: who deletes a room does not change the one that goes on. */
  #config: SnapshotConference
  /** Ours and not the media engine's: who was let in and waits for a moderator is in. */
  #locked = false
  #ending = false

  constructor({ world, config, media, onChange, onEmpty, record }: RoomOptions) {
    this.#world = world
    this.#config = config
    this.#media = media
    this.#onChange = onChange
    this.#onEmpty = onEmpty
    this.#record = record
    media.on('talkers', (endpoints) => {
      this.#talking.clear()
      for (const endpoint of endpoints) this.#talking.add(endpoint)
      onChange()
    })
    media.on('closed', (reason) => {
      if (reason !== 'closed') for (const { call } of this.parties.values()) hangUp(world, call, terminate('media-lost', 'system'))
    })
  }

  get media(): Conference {
    return this.#media
  }

  /** Takes an answered call in; it is told when it cannot. */
  async enter(call: Call, config: SnapshotConference, moderator: boolean): Promise<void> {
    this.#config = config
    const { endpoint } = call.caller
    if (call.over || !endpoint) return
    if (this.#ending) return this.#turnAway(call, endpoint, 'conference-ended')
    if (this.#locked && !moderator) return this.#turnAway(call, endpoint, 'conference-locked')
    if (this.parties.size >= config.maxParties) return this.#turnAway(call, endpoint, 'conference-full')
    const waiting = config.waitForModerator && !moderator && !this.#hasModerator()
    const party: Party = { call, endpoint, moderator, since: Date.now(), muted: config.mutedEntry && !moderator, held: call.caller.state === 'held', waiting }
    this.parties.set(call, party)
    call.cleanup.add(() => this.#left(party))
    this.#listen(party)
    this.#onChange()
    if (waiting) return this.#wait(party)
    await this.#admit(party)
    if (moderator) await Promise.all([...this.parties.values()].filter((other) => other.waiting).map((other) => this.#admit(other)))
  }

  async #turnAway(call: Call, endpoint: Endpoint, why: 'conference-locked' | 'conference-full' | 'conference-ended'): Promise<void> {
    await this.#say(call, endpoint, why)
    hangUp(this.#world, call, terminate(why, 'system'))
  }

  async #wait(party: Party): Promise<void> {
    await this.#say(party.call, party.endpoint, 'conference-wait')
    if (party.waiting && this.#in(party)) await party.endpoint.hold(true, this.#world.settings.calls.music)
  }

  async #admit(party: Party): Promise<void> {
    const { call, endpoint } = party
    party.waiting = false
    try {
      await endpoint.hold(false)
      await this.#media.join(endpoint, { muted: party.muted || party.held })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (!call.over) hangUp(this.#world, call, terminate('no-media', 'system', null, `The conference could not be joined: ${messageOf(error)}.`))
      return
    }
    if (!this.#in(party)) return void this.#media.leave(endpoint)
    this.#recordSomebody()
    this.#onChange()
    const others = [...this.parties.values()].filter((other) => other !== party && !other.waiting)
    if (others.length > 0) this.#announce(ARRIVED, 'conference-joined')
    else void this.#say(call, endpoint, 'conference-first')
    if (party.muted) void this.#say(call, endpoint, 'conference-you-are-muted')
  }

  #in(party: Party): boolean {
    return this.parties.get(party.call) === party && !party.call.over
  }

  #hasModerator(): boolean {
    return [...this.parties.values()].some(({ moderator }) => moderator)
  }

  #listen(party: Party): void {
    const keys = createRoomKeys()
    party.call.cleanup.add(party.endpoint.on('digit', (digit) => {
      const key = keys(digit, performance.now())
      if (key !== undefined) void this.#pressed(party, key).catch((error: unknown) => party.call.log.warn({ err: error }, 'a key of the conference had no effect'))
    }))
  }

  async #pressed(party: Party, key: RoomKey): Promise<void> {
    if (party.waiting || (MODERATOR_KEYS.has(key) && !party.moderator)) return
    if (key === 'mute') {
      await this.mute(party, !party.muted)
      await this.#say(party.call, party.endpoint, party.muted ? 'conference-muted' : 'conference-unmuted')
    } else if (key === 'lock') this.lock(!this.#locked)
    else if (key === 'mute-all') await this.muteAll([...this.parties.values()].some((other) => !other.moderator && !other.muted))
    else await this.#say(party.call, party.endpoint, 'conference-help')
  }

  async mute(party: Party, muted: boolean): Promise<void> {
    party.muted = muted
    await this.#applyMute(party)
    this.#onChange()
  }

  /** Everybody but the moderators. */
  async muteAll(muted: boolean): Promise<void> {
    const others = [...this.parties.values()].filter(({ moderator }) => !moderator)
    for (const party of others) party.muted = muted
    await Promise.all(others.map((party) => this.#applyMute(party)))
    this.#onChange()
    this.#announce(undefined, muted ? 'conference-all-muted' : 'conference-all-unmuted')
  }

  async #applyMute({ endpoint, waiting, muted, held }: Party): Promise<void> {
    if (!waiting) await this.#media.mute(endpoint, muted || held).catch(whenGone)
  }

  /** The phone of this call holds us, or does no more. */
  holds(call: Call, held: boolean): void {
    const party = this.parties.get(call)
    if (party === undefined || party.held === held) return
    party.held = held
    void this.#applyMute(party)
  }

  lock(on: boolean): void {
    this.#locked = on
    this.#onChange()
    this.#announce(undefined, on ? 'conference-now-locked' : 'conference-now-open')
  }

  /** Tells it, and ends its call. */
  async kick(party: Party, by: string): Promise<void> {
    await this.#media.kick(party.endpoint)
    await this.#say(party.call, party.endpoint, 'conference-kicked')
    hangUp(this.#world, party.call, terminate('kicked', 'system', null, `${by} took the caller out of the conference.`))
  }

  /** Tells everybody, and ends their calls. */
  async end(why: string): Promise<void> {
    if (this.#ending) return
    this.#ending = true
    await this.#media.play({ kind: 'prompt', name: 'conference-ended', tenantId: this.#config.tenantId }).catch(whenGone)
    for (const { call } of [...this.parties.values()]) hangUp(this.#world, call, terminate('conference-ended', 'system', null, why))
  }

  #left(party: Party): void {
    if (!this.parties.delete(party.call)) return
    this.#talking.delete(party.endpoint)
    void this.#media.leave(party.endpoint)
    this.#onChange()
    if (this.parties.size === 0) return this.#onEmpty()
    if (party.moderator && this.#config.endWithModerator && !this.#hasModerator()) {
      void this.end('The last moderator left the conference, which ends it.')
      return
    }
    this.#recordSomebody()
    if (!party.waiting && !this.#ending) this.#announce(GONE, 'conference-left')
  }

  /** The recording of one party holds what it says and what it hears of all others; when it leaves, another's goes on. */
  #recordSomebody(): void {
    const present = [...this.parties.values()].filter((party) => !party.waiting && !party.call.over)
    if (!this.#config.record || present.some(({ call }) => call.recording)) return
    const next = present.find(({ call }) => !call.recordingTried)
    if (next === undefined) return
    next.call.recordingTried = true
    this.#record(next.call)
  }

  /** @param tone heard where the room has tones; undefined for what is only said in words, and always */
  #announce(tone: PlaySource | undefined, words: string): void {
    const { announce } = this.#config
    if (tone !== undefined && announce === 'none') return
    const source: PlaySource = tone !== undefined && announce === 'tones' ? tone : { kind: 'prompt', name: words, tenantId: this.#config.tenantId }
    this.#media.play(source).catch((error: unknown) => this.#world.logger.warn({ conference: this.#config.id }, `an announcement was not played: ${messageOf(error)}`))
  }

  /** To this one alone. */
  async #say(call: Call, endpoint: Endpoint, name: string): Promise<void> {
    try {
      await endpoint.play({ kind: 'prompt', name, tenantId: call.tenantId }, { signal: call.signal })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      call.log.warn({ prompt: name }, `a prompt was not played: ${messageOf(error)}`)
    }
  }

  view(): ConferenceView {
    const { id, tenantId, number, name } = this.#config
    const parties = [...this.parties.values()]
    return {
      id, tenantId, number, name, startedAt: this.startedAt, locked: this.#locked,
      recording: parties.some(({ call }) => call.recording !== undefined && !call.recording.paused),
      parties: parties.map((party) => this.#partyView(party)),
    }
  }

  #partyView({ call, endpoint, moderator, muted, waiting, since }: Party): ConferencePartyView {
    const { number, name } = shownAs(call.caller)
    return { callId: call.id, number, name, moderator, muted, talking: !muted && this.#talking.has(endpoint), waiting, since }
  }
}

/** Whoever it was about has just left. */
function whenGone(error: unknown): void {
  if (!(error instanceof Refusal)) throw error
}
