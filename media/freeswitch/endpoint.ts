import { setTimeout as wait } from 'node:timers/promises'
import { newId } from '../../config/ids.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { collectDigits, TypedAhead } from '../collect.ts'
import type {
  CollectOptions, CollectResult, DtmfWay, EchoOptions, Endpoint, EndpointEvents, EndpointStats, MediaDirection, PlayOptions, PlayResult, PlaySource,
  Recording, RecordOptions, Supervision, SupervisionMode, Tap,
} from '../contract.ts'
import { Listeners } from '../listeners.ts'
import { knownEncodings, type Agreement, type Encoding, type SdpSession, type StreamSettings } from '../sdp/index.ts'
import { describePeer } from './description.ts'
import { FIGURES_TEXT, NOTHING_COUNTED, readFigures, type Counted } from './figures.ts'
import { echoUntilEnd } from './echo.ts'
import { joinLegs, partLegs } from './join.ts'
import type { Leg, LegHome } from './leg.ts'
import { Player, type Sound } from './player.ts'
import { FreeswitchRecording } from './recording.ts'
import { keySound, SILENCE } from './sounds.ts'
import { Watch } from './watch.ts'

/** Something that an endpoint is in instead of a bridge. */
export interface Stay {
  /** It goes, to be elsewhere or because it is closed. */
  left(endpoint: FreeswitchEndpoint, why: 'left' | 'closed'): Promise<void>
  /** Its channel is given another codec by `work`. */
  recoded(endpoint: FreeswitchEndpoint, work: () => Promise<void>): Promise<void>
}

/** What an endpoint needs of its server. */
export interface EndpointHome {
  supervise(target: FreeswitchEndpoint, supervisor: Endpoint, mode: SupervisionMode): Promise<Supervision>
  sound(source: PlaySource): Promise<Sound>
  checkRecording(path: string): Promise<void>
  /** Two channels that talk to each other in this encoding, one beside `leg` and one on that server. */
  span(leg: Leg, place: LegHome, encoding: Encoding): Promise<[Leg, Leg]>
  forget(endpoint: FreeswitchEndpoint): void
}

export interface EndpointParts {
  leg: Leg
  session: SdpSession
  local: { address: string; port: number }
  dtmf: DtmfWay
  mediaTimeoutMs: number
  logger: Logger
  home: EndpointHome
}

function isWide(codec: string | undefined): boolean {
  return codec === 'G722' || codec === 'opus'
}

const DIGITS = /^[0-9*#A-D]+$/i
const DIGIT_MS = 160
const GAP_MS = 80

/** One leg's media: the SDP of the peer is kept here, the sound is on a FreeSWITCH. */
export class FreeswitchEndpoint implements Endpoint {
  readonly id = newId()
  /** FreeSWITCH is not asked to encrypt. */
  readonly security = undefined
  readonly leg: Leg
  readonly #session: SdpSession
  readonly #local: { address: string; port: number }
  readonly #home: EndpointHome
  readonly #logger: Logger
  readonly #listeners: Listeners<EndpointEvents>
  readonly #player: Player
  readonly #watch: Watch
  readonly #typed = new TypedAhead()
  #remoteDirection: MediaDirection = 'sendrecv'
  #stream: StreamSettings | undefined
  /** What the server was told last. */
  #told = ''
  #version = 1
  #events = true
  readonly #dtmf: DtmfWay
  #partner: FreeswitchEndpoint | undefined
  /** The legs between two servers when the partner is on another. */
  #span: readonly Leg[] = []
  #stay: Stay | undefined
  #figures: Counted = NOTHING_COUNTED
  readonly #recordings = new Set<FreeswitchRecording>()
  #collecting = 0
  #closing: Promise<EndpointStats> | undefined
  #gone = false

  constructor(parts: EndpointParts) {
    this.leg = parts.leg
    this.#session = parts.session
    this.#local = parts.local
    this.#dtmf = parts.dtmf
    this.#home = parts.home
    this.#logger = parts.logger
    this.#listeners = new Listeners(parts.logger)
    this.#player = new Player(parts.leg)
    this.#watch = new Watch({
      timeoutMs: parts.mediaTimeoutMs,
      look: () => this.#look(),
      expected: () => this.#stream?.receive === true,
      onStarted: (source) => this.#listeners.emit('media-started', source),
      onSilence: (seconds) => this.#listeners.emit('media-timeout', seconds),
    })
    this.leg.onDigit((digit, durationMs) => this.#digit(digit, durationMs))
    void this.leg.gone.then(() => this.lost(this.#closing === undefined ? 'server-lost' : 'closed'))
  }

  get localSdp(): string {
    return this.#session.text
  }

  get remoteDirection(): MediaDirection {
    return this.#remoteDirection
  }

  get codec(): string | undefined {
    return this.#session.encoding
  }

  async negotiate(kind: 'offer' | 'answer', sdp: string): Promise<string> {
    this.#check()
    await this.#agree(kind === 'answer' ? this.#session.accept(sdp) : this.#session.answer(sdp))
    return this.#session.text
  }

  async prefer(codecs: readonly string[]): Promise<void> {
    this.#check()
    const agreement = this.#session.prefer(knownEncodings(codecs))
    if (agreement !== undefined) await this.#agree(agreement)
  }

  async reoffer(direction: MediaDirection): Promise<string> {
    this.#check()
    return this.#session.offer(direction)
  }

  /** Carries out what was agreed with the peer; `told` when the server knows it already. */
  async adopt({ remoteDirection, stream }: Agreement, told?: string): Promise<void> {
    this.#remoteDirection = remoteDirection
    this.#stream = stream
    if (told !== undefined) this.#told = told
    const events = stream.eventsOut !== undefined
    if (events !== this.#events && stream.remote !== undefined) {
      this.#events = events
      // A peer without events presses keys in its sound, and hears ours in it.
      if (this.#dtmf === 'auto' || this.#dtmf === 'inband') await this.leg.execute(events ? 'stop_dtmf' : 'start_dtmf', '')
      if (this.#dtmf !== 'info') await this.leg.execute(events ? 'stop_dtmf_generate' : 'start_dtmf_generate', 'write')
    }
  }

  async #agree(agreement: Agreement): Promise<void> {
    const { stream } = agreement
    const same = describePeer({ stream, version: 0 })
    if (same !== this.#told) {
      const tell = (): Promise<void> => this.leg.modify(describePeer({ stream, version: (this.#version += 1) }))
      if (this.#stay !== undefined && this.#stream?.encoding !== stream.encoding) await this.#stay.recoded(this, tell)
      else await tell()
      this.#told = same
    }
    await this.adopt(agreement)
  }

  async play(source: PlaySource, options: PlayOptions = {}): Promise<PlayResult> {
    this.#check()
    const { signal, repeat = 1 } = options
    const aborted = (): boolean => signal?.aborted === true
    if (aborted()) return { ended: 'aborted', seconds: 0 }
    const sound = await this.#home.sound(source)
    if (aborted()) return { ended: 'aborted', seconds: 0 }
    if (this.#gone || this.#closing !== undefined) return { ended: 'closed', seconds: 0 }
    return this.#player.play(sound, repeat, signal)
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

  async record(options: RecordOptions): Promise<Recording> {
    this.#check()
    await this.#home.checkRecording(options.path)
    const recording = await FreeswitchRecording.start(this.leg, options, isWide(this.codec) || isWide(this.#partner?.codec) ? 16_000 : 8000)
    this.#recordings.add(recording)
    void recording.finished.then(() => this.#recordings.delete(recording))
    return recording
  }

  async bridge(other: Endpoint): Promise<void> {
    if (!(other instanceof FreeswitchEndpoint)) throw new Error('endpoints of two engines cannot be bridged')
    if (other.id === this.id) throw new Error('an endpoint cannot be bridged to itself')
    this.#check()
    other.#check()
    if (this.#partner === other && other.#partner === this) return
    await Promise.all([this.#detach(), other.#detach()])
    const span = this.leg.on === other.leg.on ? [] : await this.#home.span(this.leg, other.leg.on, 'G722')
    const [near, far] = span
    if (near !== undefined && far !== undefined) await Promise.all([joinLegs(this.leg, near), joinLegs(other.leg, far)])
    else await joinLegs(this.leg, other.leg)
    this.#partner = other
    other.#partner = this
    this.#span = other.#span = span
  }

  async unbridge(): Promise<void> {
    const partner = this.#partner
    const span = this.#leave()
    if (partner === undefined) return
    if (span.length === 0) return partLegs(this.leg, partner.leg)
    await Promise.all([this.leg, partner.leg].map((leg) => partLegs(leg)))
    await Promise.all(span.map((leg) => leg.close()))
  }

  /** In a bridge, a conference, or listening to somebody. */
  get taken(): boolean {
    return this.#partner !== undefined || this.#stay !== undefined
  }

  async #detach(): Promise<void> {
    await this.#stay?.left(this, 'left')
    await this.unbridge()
  }

  /** Goes to `stay` from wherever it is. */
  async enter(stay: Stay): Promise<void> {
    this.#check()
    await this.#detach()
    this.#check()
    this.#stay = stay
  }

  /** It is no longer there. */
  exit(stay: Stay): void {
    if (this.#stay === stay) this.#stay = undefined
  }

  /**
   * A channel on that server which speaks and hears for this endpoint. Never its own: what runs there swallows keys, and
   * those of a channel that is bridged are told.
   */
  async reach(place: LegHome, encoding: Encoding): Promise<Leg> {
    const [near, far] = await this.#home.span(this.leg, place, encoding)
    this.#span = [near, far]
    await joinLegs(this.leg, near)
    return far
  }

  /** It need no longer be reached elsewhere. */
  async unreach(): Promise<void> {
    const span = this.#span
    if (span.length === 0) return
    this.#span = []
    await partLegs(this.leg)
    await Promise.all(span.map((leg) => leg.close()))
  }

  async hold(on: boolean, music?: string): Promise<void> {
    this.#check()
    if (!on) return this.#player.idle(undefined)
    await this.#player.idle((music === undefined ? undefined : await this.#music(music)) ?? SILENCE)
  }

  async #music(name: string): Promise<Sound | undefined> {
    try {
      return await this.#home.sound({ kind: 'music', name })
    } catch (error) {
      // A held caller without music is still a call.
      this.#logger.warn({ music: name, error: messageOf(error) }, 'a held party hears silence instead of music')
      return undefined
    }
  }

  async sendDigits(digits: string, options: { durationMs?: number; gapMs?: number } = {}): Promise<void> {
    this.#check()
    if (!DIGITS.test(digits)) throw new Refusal('unprocessable', 'digits are 0 to 9, *, # and A to D')
    const { durationMs = DIGIT_MS, gapMs = GAP_MS } = options
    if (this.#dtmf === 'info') {
      for (const digit of digits.toUpperCase()) {
        this.#listeners.emit('digit-out', digit, durationMs)
        await Promise.race([wait(durationMs + gapMs, undefined, { ref: false }), this.leg.gone])
        this.#check()
      }
      return
    }
    if (!this.#events) {
      await this.#player.play(keySound(digits.toUpperCase(), durationMs, gapMs), 1, undefined)
      return
    }
    await this.leg.set({ rtp_digit_delay: String(gapMs) })
    await this.leg.command('uuid_send_dtmf', `${digits.toUpperCase()}@${durationMs}`)
    const { promise: sent, resolve } = Promise.withResolvers<'sent'>()
    const timer = setTimeout(resolve, digits.length * (durationMs + gapMs), 'sent')
    if (await Promise.race([sent, this.leg.gone]) === undefined) throw new Refusal('gone', 'the endpoint was closed before these digits had gone out')
    clearTimeout(timer)
  }

  async hearDigit(digit: string, durationMs: number): Promise<void> {
    this.#check()
    if (!DIGITS.test(digit) || digit.length !== 1) throw new Refusal('unprocessable', 'a digit is 0 to 9, *, # or A to D')
    this.#digit(digit.toUpperCase(), durationMs)
    const partner = this.#partner
    if (partner === undefined || partner.#dtmf === 'info') return
    if (partner.#events) await partner.leg.command('uuid_send_dtmf', `${digit.toUpperCase()}@${durationMs}`)
    else await partner.#player.play(keySound(digit.toUpperCase(), durationMs, GAP_MS), 1, undefined)
  }

  tap(): Promise<Tap> {
    return Promise.reject(new Refusal('unsupported', 'FreeSWITCH gives no sound to others without a module that is not its own (capabilities.tap is false)'))
  }

  async echo(options: EchoOptions = {}): Promise<void> {
    this.#check()
    if (options.signal?.aborted !== true) await echoUntilEnd(this, options)
  }

  supervise(supervisor: Endpoint, mode: SupervisionMode): Promise<Supervision> {
    this.#check()
    return this.#home.supervise(this, supervisor, mode)
  }

  async stats(): Promise<EndpointStats> {
    if (!this.#gone) await this.#look().catch(() => undefined)
    return this.#stats()
  }

  on<K extends keyof EndpointEvents>(event: K, listener: (...args: EndpointEvents[K]) => void): () => void {
    if (event === 'media-started') this.#watch.want()
    return this.#listeners.on(event, listener)
  }

  close(): Promise<EndpointStats> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<EndpointStats> {
    if (this.#gone) return this.#stats()
    await Promise.all([this.#look().catch(() => undefined), ...[...this.#recordings].map((recording) => recording.close())])
    const stay = this.#stay
    const span = this.#leave()
    await Promise.all([this.leg, ...span].map((leg) => leg.close()))
    await stay?.left(this, 'closed')
    this.lost('closed')
    return this.#stats()
  }

  /** It is gone: closed, or its server died. */
  lost(reason: string): void {
    if (this.#gone) return
    this.#gone = true
    this.#watch.stop()
    void this.#stay?.left(this, 'closed')
    for (const leg of this.#leave()) void leg.close()
    this.#home.forget(this)
    this.#listeners.emit('closed', reason)
    this.#listeners.clear()
  }

  /** Nobody is bridged to it any more. Returns the legs in between. */
  #leave(): readonly Leg[] {
    const [partner, span] = [this.#partner, this.#span]
    this.#partner = undefined
    this.#span = []
    if (partner !== undefined && partner.#partner === this) {
      partner.#partner = undefined
      partner.#span = []
    }
    return span
  }

  #digit(digit: string, durationMs: number): void {
    if (this.#collecting === 0 && this.#partner === undefined) this.#typed.add(digit, performance.now())
    this.#listeners.emit('digit', digit, durationMs)
    const partner = this.#partner
    if (partner !== undefined && partner.#dtmf === 'info') partner.#listeners.emit('digit-out', digit, durationMs)
  }

  async #look(): Promise<Counted> {
    const asked = this.leg.command('uuid_set_media_stats')
    const [, text] = await Promise.all([asked, this.leg.on.api(`eval uuid:${this.leg.uuid} ${FIGURES_TEXT}`)])
    this.#figures = readFigures(text) ?? this.#figures
    this.#watch.heard(this.#figures)
    return this.#figures
  }

  #stats(): EndpointStats {
    return { codec: this.codec, local: this.#local, ...this.#figures }
  }

  #check(): void {
    if (this.#gone || this.#closing !== undefined) throw new Refusal('gone', 'the media endpoint is closed')
  }
}
