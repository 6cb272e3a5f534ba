import { newId } from '../../config/ids.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type {
  CollectOptions, CollectResult, EchoOptions, Endpoint, EndpointEvents, EndpointStats, MediaDirection, PlayOptions, PlayoutStats, PlayResult, PlaySource,
  LegSecurity, Recording, RecordOptions, Supervision, SupervisionMode, Tap, TapOptions,
} from '../contract.ts'
import { knownEncodings, type Agreement, type SdpSession } from '../sdp/index.ts'
import { latchRuleFor } from './address.ts'
import { collectDigits, TypedAhead } from '../collect.ts'
import { Listeners } from '../listeners.ts'
import { echoUntilEnd } from './echo.ts'
import { playUntilEnd } from './playing.ts'
import type { Ask, LegStats, Notice, PartyFormat, WorkerSource } from './protocol.ts'
import { EmbeddedTap } from './tap.ts'
import type { WorkerThread } from './worker-thread.ts'

/** What an endpoint needs of its server. */
export interface EndpointHome {
  link(one: WorkerThread, other: WorkerThread): Promise<void>
  source(source: PlaySource): Promise<WorkerSource>
  /** Music for a held party; undefined, and a line in the log, when there is none. */
  music(name: string): Promise<WorkerSource | undefined>
  /** @param begin has the worker begin the recording of this number */
  record(thread: WorkerThread, options: RecordOptions, begin: (recording: number) => Promise<void>): Promise<Recording>
  supervise(supervised: EmbeddedEndpoint, supervisor: EmbeddedEndpoint, mode: SupervisionMode): Promise<Supervision>
  newNumber(): number
  forget(endpoint: EmbeddedEndpoint): void
}

/** Where an endpoint is that is in no bridge: a conference, or a call it listens to. */
export interface Stay {
  /** It was closed, or goes elsewhere. Whoever it was with forgets it. */
  left(endpoint: EmbeddedEndpoint, why: 'left' | 'closed'): void
  /** It has agreed on another codec. */
  reformatted(endpoint: EmbeddedEndpoint): void
  playout(endpoint: EmbeddedEndpoint): Promise<PlayoutStats | undefined>
}

export interface EndpointParts {
  handle: number
  thread: WorkerThread
  session: SdpSession
  local: { address: string; port: number }
  peerAddress: string
  logger: Logger
  home: EndpointHome
}

const NO_STATS: LegStats = {
  remote: undefined, packetsReceived: 0, packetsSent: 0, bytesReceived: 0, bytesSent: 0, packetsLost: 0, lossRate: 0,
  jitterMs: 0, roundTripMs: undefined, mos: undefined, strayPackets: 0,
}

/** One leg's media: the SDP is kept here, the audio lives in a worker. */
export class EmbeddedEndpoint implements Endpoint {
  readonly id = newId()
  readonly handle: number
  readonly thread: WorkerThread
  readonly #session: SdpSession
  readonly #local: { address: string; port: number }
  readonly #peerAddress: string
  readonly #home: EndpointHome
  readonly #listeners: Listeners<EndpointEvents>
  #remoteDirection: MediaDirection = 'sendrecv'
  #security: LegSecurity | undefined
  #partner: EmbeddedEndpoint | undefined
  #figures = NO_STATS
  readonly #logger: Logger
  readonly #taps = new Map<number, EmbeddedTap>()
  #collecting = 0
  readonly #typed = new TypedAhead()
  #closing: Promise<EndpointStats> | undefined
  #gone = false
  #stay: Stay | undefined
  #format: PartyFormat = { encoding: 'PCMU', packetMs: 20 }
  #playout: PlayoutStats | undefined

  constructor(parts: EndpointParts) {
    this.handle = parts.handle
    this.thread = parts.thread
    this.#session = parts.session
    this.#local = parts.local
    this.#peerAddress = parts.peerAddress
    this.#home = parts.home
    this.#logger = parts.logger
    this.#listeners = new Listeners(parts.logger)
  }

  get localSdp(): string {
    return this.#session.text
  }

  get remoteDirection(): MediaDirection {
    return this.#remoteDirection
  }

  /** What it is sent; a guess until it has negotiated. */
  get format(): PartyFormat {
    return this.#format
  }

  get closed(): boolean {
    return this.#gone || this.#closing !== undefined
  }

  get codec(): string | undefined {
    return this.#session.encoding
  }

  get security(): LegSecurity | undefined {
    return this.#security
  }

  async negotiate(kind: 'offer' | 'answer', sdp: string): Promise<string> {
    this.#check()
    if (kind === 'answer') this.agreed(this.#session.accept(sdp))
    // The call goes on meanwhile: whoever is told the new answer finds it in force.
    else {
      await this.thread.ask('configure', this.#settings(this.#session.answer(sdp)))
      this.#stay?.reformatted(this)
    }
    return this.#session.text
  }

  async prefer(codecs: readonly string[]): Promise<void> {
    this.#check()
    const agreement = this.#session.prefer(knownEncodings(codecs))
    if (agreement !== undefined) this.agreed(agreement)
  }

  async reoffer(direction: MediaDirection): Promise<string> {
    this.#check()
    return this.#session.offer(direction)
  }

  /** Carries out what a first exchange agreed on. Nobody waits: no sound can come before the peer knows of it, and what is asked next is done after it. */
  agreed(agreement: Agreement): void {
    this.thread.tell('configure', this.#settings(agreement))
    this.#stay?.reformatted(this)
  }

  #settings({ remoteDirection, stream }: Agreement): Ask<'configure'> {
    this.#remoteDirection = remoteDirection
    this.#format = { encoding: stream.encoding, packetMs: stream.packetMs }
    if (stream.security === undefined) this.#security = undefined
    else if (stream.security.kind === 'sdes') this.#secured({ keying: 'sdes', suite: stream.security.send.suite })
    return { endpoint: this.handle, stream, rule: latchRuleFor(this.#peerAddress, stream.remote?.address) }
  }

  #secured(security: LegSecurity): void {
    const before = this.#security
    this.#security = security
    if (before?.keying !== security.keying || before.suite !== security.suite) this.#listeners.emit('secured', security)
  }

  async play(source: PlaySource, options: PlayOptions = {}): Promise<PlayResult> {
    this.#check()
    if (options.signal?.aborted === true) return { ended: 'aborted', seconds: 0 }
    return playUntilEnd({
      thread: this.thread, play: this.#home.newNumber(), source: this.#home.source(source), options,
      begin: (ask) => this.thread.ask('play', { endpoint: this.handle, ...ask }), closed: () => this.closed,
    })
  }

  async collect(options: CollectOptions): Promise<CollectResult> {
    this.#check()
    const { prompt } = options
    this.#collecting += 1
    return collectDigits({
      typed: () => this.#typed.next(performance.now()),
      onDigit: (listener) => this.on('digit', listener),
      onClosed: (listener) => this.on('closed', listener),
      prompt: async (signal) => { if (prompt !== undefined) await this.play(prompt, { signal }) },
    }, options).finally(() => { this.#collecting -= 1 })
  }

  /** Samples a second that the better of the two sides has. */
  get soundRate(): 8000 | 16_000 {
    return [this.codec, this.#partner?.codec].some((codec) => codec === 'G722' || codec === 'opus') ? 16_000 : 8000
  }

  async record(options: RecordOptions): Promise<Recording> {
    this.#check()
    return this.#home.record(this.thread, options, async (recording) => void await this.thread.ask('record', { endpoint: this.handle, recording, path: options.path, rate: this.soundRate }))
  }

  async bridge(other: Endpoint): Promise<void> {
    if (!(other instanceof EmbeddedEndpoint)) throw new Error('endpoints of two engines cannot be bridged')
    if (other === this) throw new Error('an endpoint cannot be bridged to itself')
    this.#check()
    other.#check()
    this.#go('left')
    other.#go('left')
    if (this.#partner !== other) await Promise.all([this.unbridge(), other.unbridge()])
    await this.#home.link(this.thread, other.thread)
    this.#partner = other
    other.#partner = this
    await Promise.all([this.#attach(other), other.#attach(this)])
  }

  #attach(to: EmbeddedEndpoint): Promise<null> {
    return this.attachTo(to.handle, to.thread)
  }

  /** What its peer says goes there from here on; the two threads are linked. */
  attachTo(number: number, thread: WorkerThread): Promise<null> {
    return this.thread.ask('attach', { endpoint: this.handle, to: number, worker: thread === this.thread ? undefined : thread.id })
  }

  /** Goes out of its bridge, or wherever else it is, to stay there. */
  async enter(stay: Stay): Promise<void> {
    this.#check()
    this.#go('left')
    await this.unbridge()
    this.#check()
    this.#stay = stay
  }

  /** It is there no more, and hears and is heard by nobody. */
  exit(stay: Stay): void {
    if (this.#stay !== stay) return
    this.#stay = undefined
    this.#detach()
  }

  #go(why: 'left' | 'closed'): void {
    const stay = this.#stay
    this.#stay = undefined
    stay?.left(this, why)
  }

  async unbridge(): Promise<void> {
    const partner = this.#partner
    if (partner === undefined) return
    this.#partner = undefined
    this.#detach()
    if (partner.#partner !== this) return
    partner.#partner = undefined
    partner.#detach()
  }

  #detach(): void {
    // A worker that died carries nothing on anyway.
    if (this.thread.alive) this.thread.tell('detach', { endpoint: this.handle })
  }

  async hold(on: boolean, music?: string): Promise<void> {
    this.#check()
    const source = on && music !== undefined ? await this.#home.music(music) : undefined
    this.#check()
    await this.thread.ask('hold', { endpoint: this.handle, on, music: source })
  }

  async sendDigits(digits: string, options: { durationMs?: number; gapMs?: number } = {}): Promise<void> {
    this.#check()
    const { durationMs = 160, gapMs = 80 } = options
    const { sent } = await this.thread.ask('sendDigits', { endpoint: this.handle, digits, durationMs, gapMs })
    if (!sent) throw new Refusal('gone', 'the endpoint was closed, or other digits were sent, before these had gone out')
  }

  async hearDigit(digit: string, durationMs: number): Promise<void> {
    this.#check()
    await this.thread.ask('hearDigit', { endpoint: this.handle, digit, durationMs })
  }

  async tap(options: TapOptions): Promise<Tap> {
    this.#check()
    const number = this.#home.newNumber()
    const tap = new EmbeddedTap(number, this.thread, options, this.#logger, () => this.#taps.delete(number))
    this.#taps.set(number, tap)
    try {
      await this.thread.ask('tap', { endpoint: this.handle, tap: number, rate: options.sampleRate })
    } catch (error) {
      this.#taps.delete(number)
      throw error
    }
    return tap
  }

  async supervise(supervisor: Endpoint, mode: SupervisionMode): Promise<Supervision> {
    if (!(supervisor instanceof EmbeddedEndpoint)) throw new Error('an endpoint of another engine cannot listen')
    this.#check()
    supervisor.#check()
    if (supervisor === this || supervisor.#partner !== undefined || supervisor.#stay !== undefined) throw new Refusal('conflict', 'who is to listen is in a call already')
    return this.#home.supervise(this, supervisor, mode)
  }

  async echo(options: EchoOptions = {}): Promise<void> {
    this.#check()
    if (options.signal?.aborted !== true) await echoUntilEnd(this, options)
  }

  async stats(): Promise<EndpointStats> {
    if (!this.#gone && this.#closing === undefined) {
      const playout = this.#stay?.playout(this)
      this.#figures = await this.thread.ask('stats', { endpoint: this.handle }).catch(() => this.#figures)
      this.#playout = await playout ?? this.#playout
    }
    return this.#stats()
  }

  #stats(): EndpointStats {
    return { codec: this.codec, local: this.#local, ...this.#figures, playout: this.#playout }
  }

  on<K extends keyof EndpointEvents>(event: K, listener: (...args: EndpointEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener)
  }

  close(): Promise<EndpointStats> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<EndpointStats> {
    if (this.#gone) return this.#stats()
    if (this.#stay !== undefined) this.#playout = await this.#stay.playout(this) ?? this.#playout
    this.#leave()
    this.#figures = await this.thread.ask('close', { endpoint: this.handle }).catch(() => this.#figures)
    this.lost('closed')
    return this.#stats()
  }

  /** What the worker tells about this endpoint. */
  heard(notice: Extract<Notice, { endpoint: number }>): void {
    if (notice.notice === 'digit') {
      if (this.#collecting === 0 && this.#partner === undefined) this.#typed.add(notice.digit, performance.now())
      this.#listeners.emit('digit', notice.digit, notice.durationMs)
    }
    else if (notice.notice === 'digit-out') this.#listeners.emit('digit-out', notice.digit, notice.durationMs)
    else if (notice.notice === 'tap-audio') void this.#taps.get(notice.tap)?.audio(notice.pcm, notice.dropped)
    else if (notice.notice === 'tap-voice') this.#taps.get(notice.tap)?.voice(notice.speaking)
    else if (notice.notice === 'secured') this.#secured({ keying: 'dtls', suite: notice.suite })
    else if (notice.notice === 'insecure') this.#listeners.emit('insecure', notice.reason)
    else if (notice.notice === 'media-started') this.#listeners.emit('media-started', { address: notice.address, port: notice.port })
    else this.#listeners.emit('media-timeout', notice.seconds)
  }

  /** It is gone: closed, or its worker died. */
  lost(reason: string): void {
    if (this.#gone) return
    this.#gone = true
    for (const tap of [...this.#taps.values()]) void tap.close()
    this.#leave()
    this.#home.forget(this)
    this.#listeners.emit('closed', reason)
    this.#listeners.clear()
  }

  /** Nobody is bridged to it any more. Its own worker forgets that by itself; another one is told. */
  #leave(): void {
    this.#go('closed')
    const partner = this.#partner
    this.#partner = undefined
    if (partner === undefined || partner.#partner !== this) return
    partner.#partner = undefined
    if (partner.thread !== this.thread) partner.#detach()
  }

  #check(): void {
    if (this.closed) throw new Refusal('gone', 'the media endpoint is closed')
  }
}
