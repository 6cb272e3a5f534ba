import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type {
  Conference, Endpoint, EndpointOptions, MediaCapabilities, MediaLoad, MediaServer, MediaServerEvents, PlaySource, Recording, RecordOptions, Supervision, SupervisionMode,
} from '../contract.ts'
import type { Music } from '../music/index.ts'
import type { Prompts } from '../prompts/index.ts'
import { knownEncodings, offeredAddress, SdpSession, type Fingerprint } from '../sdp/index.ts'
import type { Storage } from '../storage/index.ts'
import { networkTone } from '../tones.ts'
import { createMediaCertificate } from './certificate.ts'
import { createLocalAddresses, familyOf, plainAddress, type LocalAddresses } from './address.ts'
import { EmbeddedConference } from './conference.ts'
import { EmbeddedEndpoint, type EndpointHome } from './endpoint.ts'
import { Listeners } from '../listeners.ts'
import { Pool } from './pool.ts'
import { usualTiming, type IpFamily, type Notice, type Timing, type WorkerSource } from './protocol.ts'
import { EmbeddedRecording } from './recording.ts'
import { EmbeddedSupervision } from './supervision.ts'
import { Stock, type Opened } from './stock.ts'
import type { WorkerThread } from './worker-thread.ts'

export interface EmbeddedOptions {
  settings: Pick<Settings, 'media' | 'sip' | 'calls'>
  logger: Logger
  prompts: Prompts
  music: Music
  storage: Storage
  /** Intervals other than the usual ones. */
  timing?: Partial<Timing>
}

/** With `first` 0 the kernel gives the ports; this many endpoints are then allowed. */
const EPHEMERAL_ENDPOINTS = 2000

/** A port pair that was opened for an endpoint. */
interface Place extends Opened {
  thread: WorkerThread
}

/** The media engine in our own worker threads. The main thread does SDP and never sees a packet. */
export class EmbeddedMediaServer implements MediaServer, EndpointHome {
  readonly capabilities: MediaCapabilities
  readonly pool: Pool
  readonly #logger: Logger
  readonly #prompts: Prompts
  readonly #music: Music
  readonly #country: string
  readonly #storage: Storage
  readonly #addresses: LocalAddresses
  readonly #fingerprint: Fingerprint
  readonly #listeners: Listeners<MediaServerEvents>
  readonly #endpoints = new Map<number, EmbeddedEndpoint>()
  readonly #conferences = new Map<number, EmbeddedConference>()
  readonly #recordings = new Map<number, { recording: EmbeddedRecording; thread: WorkerThread }>()
  /** The legs of one call share a worker, so that its packets never change threads. */
  readonly #calls = new Map<string, { thread: WorkerThread; legs: number }>()
  readonly #callOf = new Map<number, string>()
  readonly #stocks: Record<IpFamily, WeakMap<WorkerThread, Stock>> = { 4: new WeakMap(), 6: new WeakMap() }
  #lastNumber = 0
  #opening = 0
  #available = false
  #stopping: Promise<void> | undefined

  constructor(options: EmbeddedOptions) {
    const { media, sip, calls } = options.settings
    this.#logger = options.logger
    this.#prompts = options.prompts
    this.#music = options.music
    this.#country = media.tones
    this.#storage = options.storage
    this.#listeners = new Listeners(options.logger)
    this.#addresses = createLocalAddresses(media.hosts, sip.externalAddress)
    const { fingerprint, ...identity } = createMediaCertificate()
    this.#fingerprint = fingerprint
    this.pool = new Pool({
      identity, workers: media.workers, hosts: media.hosts, ports: media.ports, logger: options.logger,
      timing: { ...usualTiming, mediaTimeoutMs: calls.mediaTimeoutSeconds * 1000, ...options.timing },
      onNotice: (notice) => this.#heard(notice),
      onDeath: (thread) => this.#lostThread(thread),
      onReplaced: () => this.#judge(),
    })
    const { first, last } = media.ports
    this.capabilities = {
      engine: 'embedded', codecs: knownEncodings(media.codecs), transcoding: true, play: true, speak: true, collect: true, sendDigits: true,
      record: true, conference: true, supervise: true, echo: true, tap: true,
      srtp: ['sdes', 'dtls'], ice: true,
      maxEndpoints: first === 0 ? EPHEMERAL_ENDPOINTS : Math.floor((last - first - (first % 2) + 1) / 2),
    }
  }

  get available(): boolean {
    return this.#available
  }

  async start(): Promise<void> {
    await this.pool.start()
    this.#judge()
  }

  on<K extends keyof MediaServerEvents>(event: K, listener: (...args: MediaServerEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener)
  }

  async createEndpoint(options: EndpointOptions): Promise<Endpoint> {
    if (this.#stopping !== undefined) throw new Refusal('unavailable', 'the media engine is stopping')
    if (options.urgent !== true && this.#endpoints.size + this.#opening >= this.capabilities.maxEndpoints) {
      throw new Refusal('unavailable', `all ${this.capabilities.maxEndpoints} media endpoints are in use`, { retryAfter: 10 })
    }
    const mine = this.capabilities.codecs
    const encodings = knownEncodings(options.codecs ?? mine).filter((name) => mine.includes(name))
    if (options.offer === undefined && encodings.length === 0) throw new Refusal('unprocessable', 'none of the allowed codecs can be offered')
    const choice = { encodings, peerOrder: options.codecs === undefined, dtmf: options.dtmf, packetMs: options.packetMs, follows: options.follows, ...(options.encryption && { encryption: { ...options.encryption, fingerprint: this.#fingerprint } }) }
    const peerAddress = plainAddress(options.peerAddress)
    this.#opening += 1
    try {
      const address = await this.#addresses.towards(audioPeer(peerAddress, options.offer))
      const family = familyOf(address)
      const check = (): void => void (options.offer !== undefined && new SdpSession({ address, port: 1, ...choice }).answer(options.offer))
      const place = await this.#open(options, family, check)
      try {
        const session = new SdpSession({ address, alsoAt: this.#addresses.besides(address), port: place.port, ...choice })
        return this.#settle(place, session, address, peerAddress, options)
      } catch (error) {
        this.#stockOf(place.thread, family).giveBack(place)
        throw error
      }
    } finally {
      this.#opening -= 1
      this.#judge()
    }
  }

  #settle(place: Place, session: SdpSession, address: string, peerAddress: string, options: EndpointOptions): EmbeddedEndpoint {
    const { handle, thread, port } = place
    const agreement = options.offer === undefined ? undefined : session.answer(options.offer)
    if (agreement === undefined) session.offer('sendrecv')
    const logger = this.#logger.child({ call: options.callId, leg: options.legId })
    const endpoint = new EmbeddedEndpoint({ handle, thread, session, local: { address, port }, peerAddress, logger, home: this })
    this.#keep(endpoint, options.callId)
    if (agreement !== undefined) endpoint.agreed(agreement)
    return endpoint
  }

  #stockOf(thread: WorkerThread, family: IpFamily): Stock {
    const known = this.#stocks[family].get(thread)
    if (known !== undefined) return known
    const stock = new Stock(thread, family, () => this.newNumber())
    this.#stocks[family].set(thread, stock)
    return stock
  }

  /**
   * A port pair where the call already is or its conference, else on the least busy worker that has one.
   * @param check is asked before a worker is: a flood of useless offers must not use the ports up
   */
  async #open({ callId, near, urgent }: EndpointOptions, family: IpFamily, check: () => void): Promise<Place> {
    const home = this.#calls.get(callId)?.thread ?? (near instanceof EmbeddedConference ? near.thread : undefined)
    const others = this.pool.byLoad().filter((thread) => thread !== home)
    let refusal = new Refusal('unavailable', 'no media worker is running', { retryAfter: 5 })
    for (const thread of home?.alive === true ? [home, ...others] : others) {
      const stock = this.#stockOf(thread, family)
      const ready = stock.take()
      if (ready !== undefined) return { thread, ...ready }
      check()
      // Counted while it is opened, so that the next call looks elsewhere.
      thread.endpoints += 1
      try {
        return { thread, ...(await (urgent === true ? stock.openUrgently() : stock.open())) }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        refusal = error
      } finally {
        thread.endpoints -= 1
      }
    }
    throw refusal
  }

  #keep(endpoint: EmbeddedEndpoint, callId: string): void {
    endpoint.thread.endpoints += 1
    this.#endpoints.set(endpoint.handle, endpoint)
    this.#callOf.set(endpoint.handle, callId)
    const call = this.#calls.get(callId)
    if (call === undefined) this.#calls.set(callId, { thread: endpoint.thread, legs: 1 })
    else call.legs += 1
  }

  forget(endpoint: EmbeddedEndpoint): void {
    if (!this.#endpoints.delete(endpoint.handle)) return
    endpoint.thread.endpoints -= 1
    const callId = this.#callOf.get(endpoint.handle) ?? ''
    this.#callOf.delete(endpoint.handle)
    const call = this.#calls.get(callId)
    if (call !== undefined && (call.legs -= 1) === 0) this.#calls.delete(callId)
    this.#judge()
  }

  newNumber(): number {
    return (this.#lastNumber += 1)
  }

  link(one: WorkerThread, other: WorkerThread): Promise<void> {
    return this.pool.link(one, other)
  }

  async source(source: PlaySource): Promise<WorkerSource> {
    if (source.kind === 'tone') return source
    if (source.kind === 'network-tone') return { kind: 'tone', ...networkTone(this.#country, source.name) }
    if (source.kind === 'music') return { kind: 'music', paths: await this.#music.files(source.name) }
    if (source.kind === 'file') return { kind: 'file', path: await this.#storage.sound(source.path) }
    return { kind: 'file', path: await (source.kind === 'prompt' ? this.#prompts.prompt(source.name, source.tenantId) : this.#prompts.speak(source.text)) }
  }

  async music(name: string): Promise<WorkerSource | undefined> {
    try {
      return await this.source({ kind: 'music', name })
    } catch (error) {
      // A held caller without music is still a call.
      this.#logger.warn({ music: name, error: messageOf(error) }, 'a held party hears silence instead of music')
      return undefined
    }
  }

  async record(thread: WorkerThread, options: RecordOptions, begin: (recording: number) => Promise<void>): Promise<Recording> {
    await this.#storage.checkRecording(options.path)
    const number = this.newNumber()
    const recording = new EmbeddedRecording(number, options.path, thread)
    this.#recordings.set(number, { recording, thread })
    try {
      await begin(number)
    } catch (error) {
      this.#recordings.delete(number)
      throw error
    }
    const { signal } = options
    if (signal !== undefined) {
      const stop = (): void => { void recording.stop() }
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      void recording.finished.then(() => signal.removeEventListener('abort', stop))
    }
    return recording
  }

  async createConference(name: string): Promise<Conference> {
    const [thread] = this.pool.byLoad()
    if (this.#stopping !== undefined || thread === undefined) throw new Refusal('unavailable', 'no media worker is running', { retryAfter: 5 })
    const room = this.newNumber()
    await thread.ask('openRoom', { room })
    const conference = new EmbeddedConference({
      room, name, thread, logger: this.#logger.child({ conference: name }), home: this, onClosed: () => this.#conferences.delete(room),
    })
    this.#conferences.set(room, conference)
    return conference
  }

  supervise(supervised: EmbeddedEndpoint, supervisor: EmbeddedEndpoint, mode: SupervisionMode): Promise<Supervision> {
    return EmbeddedSupervision.begin({ supervised, supervisor, mode, home: this, logger: this.#logger })
  }

  async load(): Promise<MediaLoad> {
    const living = this.pool.threads.filter((thread) => thread.alive)
    // A worker also holds endpoints in stock, which are nobody's.
    const figures = await Promise.all(living.map(async (thread) => ({ ...await thread.ask('load', {}), id: thread.id, endpoints: thread.endpoints })))
    return {
      endpoints: this.#endpoints.size,
      drainingPorts: figures.reduce((sum, worker) => sum + worker.drainingPorts, 0),
      workers: figures.map(({ drainingPorts: _, ...worker }) => worker),
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      await this.pool.stop()
      for (const conference of [...this.#conferences.values()]) conference.lost('closed')
      for (const endpoint of [...this.#endpoints.values()]) endpoint.lost('closed')
      for (const { recording } of this.#recordings.values()) {
        recording.ended({ seconds: 0, bytes: 0, parts: [], ended: 'failed', message: 'the media engine stopped before the recording was closed' })
      }
      await Promise.all([this.#prompts.close(), this.#music.close()])
      this.#listeners.clear()
    })()
    this.#judge()
    return this.#stopping
  }

  #heard(notice: Notice): void {
    if (notice.notice === 'fault') this.#logger.error({ operation: notice.op, fault: notice.fault }, `a media worker could not carry out ${notice.op}: ${notice.fault.message}`)
    else if (notice.notice === 'recording-ended') {
      this.#recordings.get(notice.recording)?.recording.ended(notice.outcome)
      this.#recordings.delete(notice.recording)
      const { ended, message } = notice.outcome
      if (message !== undefined) this.#logger.error({ ended, reason: message }, 'a recording is not whole; the call goes on')
    } else if (notice.notice === 'talkers') this.#conferences.get(notice.room)?.talkers(notice.parties)
    else if (notice.notice !== 'ready') this.#endpoints.get(notice.endpoint)?.heard(notice)
  }

  #lostThread(thread: WorkerThread): void {
    for (const [number, entry] of this.#recordings) {
      if (entry.thread !== thread) continue
      this.#recordings.delete(number)
      entry.recording.ended({ seconds: 0, bytes: 0, parts: [], ended: 'failed', message: 'the media worker died; the file holds what was written until then' })
    }
    for (const conference of [...this.#conferences.values()]) if (conference.thread === thread) conference.lost('worker-died')
    for (const endpoint of [...this.#endpoints.values()]) if (endpoint.thread === thread) endpoint.lost('worker-died')
    this.#judge()
  }

  /** Works out `available` anew and tells when it changed. */
  #judge(): void {
    const reason = this.#stopping !== undefined ? 'the media engine is stopping'
      : !this.pool.alive ? 'no media worker is running'
      : this.#endpoints.size >= this.capabilities.maxEndpoints ? 'every media endpoint is in use' : undefined
    if ((reason === undefined) === this.#available) return
    this.#available = reason === undefined
    if (reason === undefined) this.#listeners.emit('available')
    else this.#listeners.emit('unavailable', reason)
  }
}

/**
 * Whom a way is looked for to: audio goes over the protocol that the offer names, also when its signalling came over the
 * other one through a proxy. With ICE the peer finds its way from wherever it is.
 */
function audioPeer(peerAddress: string, offer: string | undefined): string {
  const named = offer === undefined ? undefined : offeredAddress(offer)
  if (named === undefined || familyOf(named) === familyOf(peerAddress)) return peerAddress
  return plainAddress(named)
}
