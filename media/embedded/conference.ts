import { newId } from '../../config/ids.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type {
  Conference, ConferenceEvents, ConferenceParty, Endpoint, JoinOptions, PlayOptions, PlayoutStats, PlayResult, PlaySource, Recording, RecordOptions,
} from '../contract.ts'
import { EmbeddedEndpoint, type EndpointHome, type Stay } from './endpoint.ts'
import { Listeners } from '../listeners.ts'
import { playUntilEnd } from './playing.ts'
import type { WorkerThread } from './worker-thread.ts'

export interface ConferenceParts {
  /** Its number in the worker. */
  room: number
  name: string
  thread: WorkerThread
  logger: Logger
  home: EndpointHome
  /** It is over. */
  onClosed: () => void
}

interface Guest {
  readonly number: number
  muted: boolean
  talking: boolean
}

/** A room in a worker. Endpoints of other workers send their packets over and get theirs back. */
export class EmbeddedConference implements Conference, Stay {
  readonly id = newId()
  readonly name: string
  readonly thread: WorkerThread
  readonly #room: number
  readonly #home: EndpointHome
  readonly #listeners: Listeners<ConferenceEvents>
  readonly #guests = new Map<EmbeddedEndpoint, Guest>()
  readonly #onClosed: () => void
  #locked = false
  #gone = false

  constructor({ room, name, thread, logger, home, onClosed }: ConferenceParts) {
    this.#room = room
    this.name = name
    this.thread = thread
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

  async join(endpoint: Endpoint, options: JoinOptions = {}): Promise<void> {
    if (!(endpoint instanceof EmbeddedEndpoint)) throw new Error('an endpoint of another engine cannot join')
    this.#check()
    const { muted = false } = options
    if (this.#guests.has(endpoint)) return this.mute(endpoint, muted)
    if (this.#locked) throw new Refusal('conflict', 'the conference is locked')
    await this.#home.link(endpoint.thread, this.thread)
    this.#check()
    const guest: Guest = { number: this.#home.newNumber(), muted, talking: false }
    this.#guests.set(endpoint, guest)
    try {
      await endpoint.enter(this)
      await this.thread.ask('joinRoom', { room: this.#room, party: guest.number, ...this.#placeOf(endpoint), muted })
      await endpoint.attachTo(guest.number, this.thread)
    } catch (error) {
      this.#forget(endpoint)
      throw error
    }
    // It was closed, or kicked, in the meantime.
    if (this.#guests.get(endpoint) !== guest) throw new Refusal('gone', 'the endpoint left while it joined')
  }

  #placeOf(endpoint: EmbeddedEndpoint): { endpoint: number; worker: number | undefined; format: EmbeddedEndpoint['format'] } {
    return { endpoint: endpoint.handle, worker: endpoint.thread === this.thread ? undefined : endpoint.thread.id, format: endpoint.format }
  }

  async leave(endpoint: Endpoint): Promise<void> {
    this.#remove(endpoint, 'left')
  }

  async kick(endpoint: Endpoint): Promise<void> {
    this.#remove(endpoint, 'kicked')
  }

  async mute(endpoint: Endpoint, muted: boolean): Promise<void> {
    const guest = endpoint instanceof EmbeddedEndpoint ? this.#guests.get(endpoint) : undefined
    if (guest === undefined) throw new Refusal('not-found', 'the endpoint is not in the conference')
    guest.muted = muted
    await this.thread.ask('muteParty', { room: this.#room, party: guest.number, muted })
  }

  async lock(on: boolean): Promise<void> {
    this.#check()
    this.#locked = on
  }

  async play(source: PlaySource, options: PlayOptions = {}): Promise<PlayResult> {
    this.#check()
    return playUntilEnd({
      thread: this.thread, play: this.#home.newNumber(), source: this.#home.source(source), options,
      begin: (ask) => this.thread.ask('playRoom', { room: this.#room, ...ask }), closed: () => this.#gone,
    })
  }

  async record(options: RecordOptions): Promise<Recording> {
    this.#check()
    return this.#home.record(this.thread, options, async (recording) => void await this.thread.ask('recordRoom', { room: this.#room, recording, path: options.path }))
  }

  on<K extends keyof ConferenceEvents>(event: K, listener: (...args: ConferenceEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener)
  }

  async close(): Promise<void> {
    if (!this.#gone && this.thread.alive) this.thread.tell('closeRoom', { room: this.#room })
    this.lost('closed')
  }

  /** It is over: closed, or its worker died. */
  lost(reason: string): void {
    if (this.#gone) return
    this.#gone = true
    for (const endpoint of [...this.#guests.keys()]) this.#remove(endpoint, 'ended')
    this.#onClosed()
    this.#listeners.emit('closed', reason)
    this.#listeners.clear()
  }

  /** The worker says who speaks. */
  talkers(numbers: readonly number[]): void {
    const byNumber = new Map([...this.#guests].map(([endpoint, guest]) => [guest.number, endpoint]))
    for (const guest of this.#guests.values()) guest.talking = numbers.includes(guest.number)
    this.#listeners.emit('talkers', numbers.flatMap((number) => byNumber.get(number) ?? []))
  }

  left(endpoint: EmbeddedEndpoint, why: 'left' | 'closed'): void {
    this.#remove(endpoint, why)
  }

  reformatted(endpoint: EmbeddedEndpoint): void {
    const guest = this.#guests.get(endpoint)
    if (guest !== undefined && this.thread.alive) this.thread.tell('reformatParty', { room: this.#room, party: guest.number, ...this.#placeOf(endpoint) })
  }

  async playout(endpoint: EmbeddedEndpoint): Promise<PlayoutStats | undefined> {
    const guest = this.#guests.get(endpoint)
    if (guest === undefined) return undefined
    return this.thread.ask('partyFigures', { room: this.#room, party: guest.number }).catch(() => undefined)
  }

  #remove(endpoint: Endpoint, why: ConferenceEvents['left'][1]): void {
    if (endpoint instanceof EmbeddedEndpoint && this.#forget(endpoint)) this.#listeners.emit('left', endpoint, why)
  }

  #forget(endpoint: EmbeddedEndpoint): boolean {
    const guest = this.#guests.get(endpoint)
    if (guest === undefined) return false
    this.#guests.delete(endpoint)
    endpoint.exit(this)
    if (!this.#gone && this.thread.alive) this.thread.tell('leaveRoom', { room: this.#room, party: guest.number })
    return true
  }

  #check(): void {
    if (this.#gone) throw new Refusal('gone', 'the conference is closed')
  }
}
