/** One endpoint inside a worker: a port pair, the stream that comes in, the stream that goes out. */
import type { RemoteInfo } from 'node:dgram'
import type { StreamSettings } from '../../sdp/types.ts'
import type { LatchRule, LegStats, Notice, PlayOutcome, Timing } from '../protocol.ts'
import type { Clock, Ticking } from './clock.ts'
import { decoder, encode, encodingNumber, FRAME, transcode, type EncodingNumber } from './codecs.ts'
import { DigitDetector } from './digits.ts'
import { Latch } from './latch.ts'
import { Outgoing } from './outgoing.ts'
import { createPlayback, type Speaker, type Voice } from './player.ts'
import type { PortPair } from './ports.ts'
import { meanOpinionScore, Reception } from './reception.ts'
import type { Recorder } from './recorder.ts'
import { Reports } from './reports.ts'
import { createRtpView, looksLikeRtcp, readRtp, RTP_HEADER, type RtpView } from './rtp.ts'
import { silence } from './sounds.ts'

/** Where a leg's incoming packets go: another leg here, or one in another worker. */
export interface Target {
  /** The packet may be changed in place. `encoding` is -1 for an RFC 4733 event. */
  take(from: object, encoding: EncodingNumber | typeof EVENT, packet: Uint8Array, view: RtpView, now: number): void
  /** A packet that is not passed on. */
  skip(from: object): void
}

export const EVENT = -1
const UNKNOWN = -2

/** What a leg shares with its worker. */
export interface LegSurroundings {
  clock: Clock
  timing: Timing
  figures: { packetsIn: number; packetsOut: number }
  tell(notice: Notice): void
}

// A frame that the kernel could not take at once is still being read: a few buffers in turn keep it whole.
const BUFFERS = 4

export class Leg implements Target, Speaker, Ticking {
  target: Target | undefined
  readonly recorders = new Set<Recorder>()
  readonly #handle: number
  readonly #pair: PortPair
  readonly #around: LegSurroundings
  readonly #latch = new Latch()
  readonly #reception = new Reception()
  readonly #outgoing = new Outgoing()
  readonly #reports: Reports
  readonly #digits: DigitDetector
  readonly #view = createRtpView()
  /** Payload type → encoding number, EVENT or UNKNOWN. */
  readonly #kinds = new Int8Array(128).fill(UNKNOWN)
  readonly #buffers: Buffer[] = []
  #nextBuffer = 0
  #stream: StreamSettings | undefined
  #encoding: EncodingNumber = 0
  #held = false
  #holding: Voice | undefined
  #playing: Voice | undefined
  #dialing: Voice | undefined
  #startedAddress = ''
  #startedPort = 0
  #heardAt = performance.now()
  #timeouts = 0
  #junk = 0

  constructor(handle: number, pair: PortPair, around: LegSurroundings) {
    this.#handle = handle
    this.#pair = pair
    this.#around = around
    this.#reports = new Reports(pair, this.#latch, this.#outgoing, this.#reception, around.timing.rtcpMs)
    this.#digits = new DigitDetector((digit, durationMs) => around.tell({ notice: 'digit', endpoint: handle, digit, durationMs }))
    pair.rtp.on('message', (packet, from) => this.#incoming(packet, from))
    pair.rtcp.on('message', (packet, from) => this.#incomingRtcp(packet, from))
  }

  get pair(): PortPair {
    return this.#pair
  }

  get takesEvents(): boolean {
    return this.#stream?.eventsOut !== undefined
  }

  configure(stream: StreamSettings, rule: LatchRule): void {
    this.#stream = stream
    this.#encoding = encodingNumber(stream.encoding)
    this.#kinds.fill(UNKNOWN)
    // The peer's own choice comes first and wins over the static fallbacks behind it.
    for (const entry of [...stream.receives].reverse()) this.#kinds[entry.payloadType] = encodingNumber(entry.encoding)
    if (stream.eventsOut !== undefined) this.#kinds[stream.eventsOut] = EVENT
    if (stream.eventsIn !== undefined) this.#kinds[stream.eventsIn] = EVENT
    this.#latch.negotiate(stream.remote, rule)
    this.#reports.configure(stream)
    this.expectMedia()
  }

  /** Counts the silence of the peer from now: it was asked to send, or is newly bridged. */
  expectMedia(): void {
    this.#heardAt = performance.now()
    this.#timeouts = 0
  }

  #incoming(packet: Buffer, from: RemoteInfo): void {
    const stream = this.#stream
    // Discarded before the answer is known: nobody can say yet whose packet this is.
    if (stream === undefined) return
    if (stream.rtcpMux && looksLikeRtcp(packet)) return this.#incomingRtcp(packet, from)
    const view = this.#view
    if (!readRtp(packet, view)) {
      this.#junk += 1
      return
    }
    if (!this.#latch.accept(from.address, from.port, view.ssrc, view.sequence)) return
    const now = performance.now()
    this.#heardAt = now
    this.#timeouts = 0
    this.#around.figures.packetsIn += 1
    if (from.port !== this.#startedPort || from.address !== this.#startedAddress) this.#tellStarted(from)
    const kind = this.#kinds[view.payloadType]!
    this.#reception.take(view.ssrc, view.sequence, view.timestamp, view.payloadEnd - view.payloadStart, (now * 8) | 0, kind >= 0)
    if (!stream.receive) return
    if (kind === UNKNOWN) return this.target?.skip(this)
    if (kind === EVENT) this.#digits.take(packet, view.payloadStart, view.payloadEnd, view.timestamp, now)
    // An iterator would be made for every packet; nearly all calls are not recorded.
    else if (this.recorders.size > 0) for (const recorder of this.recorders) {
      recorder.hear('left', view, now, decoder(kind as EncodingNumber), packet)
    }
    this.target?.take(this, kind as EncodingNumber | typeof EVENT, packet, view, now)
  }

  #tellStarted(from: RemoteInfo): void {
    this.#startedAddress = from.address
    this.#startedPort = from.port
    this.#around.tell({ notice: 'media-started', endpoint: this.#handle, address: from.address, port: from.port })
  }

  #incomingRtcp(packet: Buffer, from: RemoteInfo): void {
    if (this.#reports.take(packet, from.address, from.port)) {
      // Silence suppression stops RTP but not RTCP: the peer is there.
      this.#heardAt = performance.now()
      this.#timeouts = 0
    } else this.#junk += 1
  }

  take(from: object, encoding: EncodingNumber | typeof EVENT, packet: Uint8Array, view: RtpView, now: number): void {
    const stream = this.#stream
    if (stream === undefined || this.#held || !stream.send || this.#latch.address === undefined) return this.skip(from)
    if (encoding !== EVENT && this.recorders.size > 0) for (const recorder of this.recorders) {
      recorder.hear('right', view, now, decoder(encoding), packet)
    }
    const payloadType = encoding === EVENT ? stream.eventsOut : stream.payloadType
    if (payloadType === undefined || this.#speaking !== undefined) return this.skip(from)
    if (encoding !== EVENT && encoding !== this.#encoding) transcode(encoding, packet, view.payloadStart, view.payloadEnd)
    this.#outgoing.relay(from, packet, now, view.marker, payloadType, view.ssrc, view.sequence, view.timestamp, view.payloadEnd - view.payloadStart)
    this.#send(packet)
  }

  skip(from: object): void {
    this.#outgoing.skip(from)
  }

  say(source: object, frame: Int16Array, now: number): void {
    const stream = this.#stream
    if (stream === undefined || !stream.send || this.#latch.address === undefined) return
    const packet = this.#buffer(FRAME)
    encode(this.#encoding, frame, packet, RTP_HEADER, FRAME)
    this.#outgoing.generate(source, packet, now, stream.payloadType, FRAME, FRAME)
    this.#send(packet)
  }

  signal(source: object, event: number, end: boolean, duration: number, first: boolean, now: number): boolean {
    const stream = this.#stream
    if (stream?.eventsOut === undefined) return false
    if (!stream.send || this.#latch.address === undefined) return true
    const packet = Buffer.alloc(RTP_HEADER + 4)
    packet[0] = 0x80
    packet[RTP_HEADER] = event
    // RFC 4733 §2.3: end bit, then 10 for −10 dBm0.
    packet[RTP_HEADER + 1] = (end ? 0x80 : 0) | 10
    packet.writeUInt16BE(duration, RTP_HEADER + 2)
    this.#outgoing.generateEvent(source, packet, now, stream.eventsOut, first)
    this.#send(packet)
    return true
  }

  #buffer(payload: number): Buffer {
    this.#nextBuffer = (this.#nextBuffer + 1) % BUFFERS
    const buffer = this.#buffers[this.#nextBuffer] ??= Buffer.alloc(RTP_HEADER + payload)
    buffer[0] = 0x80
    return buffer
  }

  #send(packet: Uint8Array): void {
    this.#around.figures.packetsOut += 1
    this.#pair.rtp.send(packet, this.#latch.port, this.#latch.address)
  }

  get #speaking(): Voice | undefined {
    return this.#dialing ?? this.#playing ?? this.#holding
  }

  /** Speaks this instead of the bridged party; an earlier one of the same kind is cut short. */
  speak(kind: 'play' | 'dial', voice: Voice): void {
    const before = kind === 'play' ? this.#playing : this.#dialing
    if (kind === 'play') this.#playing = voice
    else this.#dialing = voice
    before?.end('aborted')
    this.#around.clock.add(this)
  }

  /** Cuts `voice` short if it is still the one. */
  hush(voice: Voice, ended: PlayOutcome['ended']): void {
    if (this.#playing === voice) this.#playing = undefined
    if (this.#dialing === voice) this.#dialing = undefined
    this.#rest()
    voice.end(ended)
  }

  /** Silence is sent while held: phones and NAT bindings give up on a stream that stops. */
  hold(on: boolean): void {
    this.#held = on
    this.#holding = on ? createPlayback(silence(), Infinity, () => undefined) : undefined
    if (on) this.#around.clock.add(this)
    else this.#rest()
  }

  tick(now: number): void {
    const voice = this.#speaking
    if (voice === undefined || voice.tick(now, this)) return
    if (this.#playing === voice) this.#playing = undefined
    if (this.#dialing === voice) this.#dialing = undefined
    this.#rest()
  }

  #rest(): void {
    if (this.#speaking === undefined) this.#around.clock.remove(this)
  }

  /** Slow work, now and then. */
  sweep(now: number): void {
    this.#reports.sweep(now)
    this.#digits.sweep(now)
    const limit = this.#around.timing.mediaTimeoutMs
    if (limit === 0 || this.#stream?.receive !== true) return
    // Told again each time as much silence has passed once more.
    const times = Math.floor((now - this.#heardAt) / limit)
    if (times <= this.#timeouts) return
    this.#timeouts = times
    this.#around.tell({ notice: 'media-timeout', endpoint: this.#handle, seconds: Math.floor((now - this.#heardAt) / 1000) })
  }

  stats(): LegStats {
    const { received, bytes, lost, expected, jitter } = this.#reception
    const { address, port, strays } = this.#latch
    const lossRate = expected > 0 ? lost / expected : 0
    const jitterMs = jitter / 8
    const roundTripMs = this.#reports.roundTripMs
    return {
      remote: address === undefined ? undefined : { address, port },
      packetsReceived: received, packetsSent: this.#outgoing.packets, bytesReceived: bytes, bytesSent: this.#outgoing.bytes,
      packetsLost: lost, lossRate, jitterMs, roundTripMs,
      mos: received > 0 ? meanOpinionScore(lossRate, jitterMs, roundTripMs) : undefined,
      strayPackets: strays + this.#junk,
    }
  }

  /** Ends what runs here; the port pair is the caller's to release. */
  close(): LegStats {
    this.#reports.bye(performance.now())
    this.target = undefined
    const voices = [this.#dialing, this.#playing]
    this.#dialing = this.#playing = this.#holding = undefined
    for (const voice of voices) voice?.end('closed')
    this.#around.clock.remove(this)
    for (const recorder of this.recorders) void recorder.stop('closed')
    return this.stats()
  }
}
