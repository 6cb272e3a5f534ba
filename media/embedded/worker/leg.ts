/** One endpoint inside a worker: a port pair, the stream that comes in, the stream that goes out. */
import type { RemoteInfo } from 'node:dgram'
import type { StreamSettings } from '../../sdp/types.ts'
import type { DigitWay, Identity, LatchRule, LegStats, Notice, Timing } from '../protocol.ts'
import type { Clock } from './clock.ts'
import { changeLaw, codecNamed, PCMA, PCMU, type Codec, type EncodingNumber } from './codecs/index.ts'
import { changeEventClock, digitAt } from './digits.ts'
import { Keypad } from './keypad.ts'
import { Latch } from './latch.ts'
import { Mouth } from './mouth.ts'
import { Outgoing } from './outgoing.ts'
import { PayloadTypes } from './payload-types.ts'
import { FRAME, SAMPLE_RATE } from './pcm.ts'
import type { Speaker } from './player.ts'
import type { PortPair } from './ports.ts'
import { Quiet } from './quiet.ts'
import { meanOpinionScore, Reception } from './reception.ts'
import type { Recorder } from './recorder.ts'
import { Reports } from './reports.ts'
import { createRtpView, readRtp, RTP_HEADER, type RtpView } from './rtp.ts'
import type { Tap } from './tap.ts'
import { EVENT, UNKNOWN, type Target } from './target.ts'
import { Transcoder } from './transcoder.ts'
import { PASSED_ON_MS, Voices } from './voices.ts'
import { Wire } from './wire.ts'

/** What a leg shares with its worker. */
export interface LegSurroundings {
  clock: Clock
  timing: Timing
  identity: Identity
  figures: { packetsIn: number; packetsOut: number }
  tell(notice: Notice): void
}

/** Somebody who hears a leg as a recorder does, raw: `left` is its peer, `right` the bridged party. */
export interface Overhearing {
  hear(side: 'left' | 'right', encoding: EncodingNumber, packet: Uint8Array, view: RtpView, now: number): void
  /** A packet without sound. */
  skipped(side: 'left' | 'right', packet: Uint8Array, view: RtpView, now: number): void
  /** The leg is closed. */
  stop(): void
}

/** Whose packets the peer is sent instead of the bridged party's; the recording may have them too, or what they stand for. */
export interface Instead {
  readonly from: object
  readonly recorded: boolean
}

export class Leg implements Target, Speaker {
  target: Target | undefined
  /** Stands between the peer and the target: it takes what comes in. */
  through: Target | undefined
  instead: Instead | undefined
  readonly recorders = new Set<Recorder>()
  readonly overhearing = new Set<Overhearing>()
  readonly taps = new Set<Tap>()
  readonly voices: Voices
  readonly #handle: number
  readonly #wire: Wire
  readonly #around: LegSurroundings
  readonly #latch = new Latch()
  readonly #reception = new Reception()
  readonly #outgoing = new Outgoing()
  readonly #reports: Reports
  readonly #keypad: Keypad
  readonly #view = createRtpView()
  readonly #types = new PayloadTypes()
  readonly #quiet: Quiet
  #stream: StreamSettings | undefined
  #codec: Codec = codecNamed('PCMU')
  #encoding: EncodingNumber = PCMU
  /** Payload bytes of every packet the peer takes; 0: any. */
  #wantedBytes = 0
  /** Made when something has to be encoded, and when something has to be decoded first. */
  #mouth: Mouth | undefined
  #transcoder: Transcoder | undefined
  #startedAddress = ''
  #startedPort = 0
  #junk = 0
  /** Whose digit goes by signalling at its end. */
  #dialled: object | undefined

  constructor(handle: number, pair: PortPair, around: LegSurroundings) {
    this.#handle = handle
    this.#around = around
    this.voices = new Voices(around.clock, this)
    this.#quiet = new Quiet(around.timing.mediaTimeoutMs)
    this.#wire = new Wire(pair, this.#latch, around.identity, {
      rtp: (packet, from) => this.#incoming(packet, from),
      rtcp: (packet, from) => this.#incomingRtcp(packet, from),
      junk: () => { this.#junk += 1 },
      secured: (suite) => around.tell({ notice: 'secured', endpoint: handle, suite }),
      insecure: (reason) => around.tell({ notice: 'insecure', endpoint: handle, reason }),
      lost: () => around.tell({ notice: 'media-timeout', endpoint: handle, seconds: this.#quiet.seconds(performance.now()) }),
    })
    this.#reports = new Reports(this.#wire, this.#latch, this.#outgoing, this.#reception, around.timing.rtcpMs)
    this.#keypad = new Keypad({
      heard: (digit, durationMs) => around.tell({ notice: 'digit', endpoint: handle, digit, durationMs }),
      passOn: (digit, way) => (this.through ?? this.target)?.digit(digit, way),
    })
  }

  get pair(): PortPair {
    return this.#wire.pair
  }

  get takesEvents(): boolean {
    return this.#stream?.eventsOut !== undefined || this.#stream?.dtmf === 'info'
  }

  configure(stream: StreamSettings, rule: LatchRule): void {
    const before = this.#stream
    this.#stream = stream
    if (before?.encoding !== stream.encoding || before.packetMs !== stream.packetMs) {
      this.#codec = codecNamed(stream.encoding)
      this.#encoding = this.#codec.number
      this.#closeCodecs()
    }
    this.#wantedBytes = stream.packetMsStated ? (this.#codec.bytesPerMs ?? 0) * stream.packetMs : 0
    this.#outgoing.clock = this.#codec.clock
    const { dtmf = 'auto' } = stream
    this.#keypad.inSound = (dtmf === 'inband' || (dtmf === 'auto' && stream.eventsOut === undefined)) && stream.receive
    this.#types.learn(stream)
    this.#latch.negotiate(stream.remote, rule)
    this.#wire.configure(stream)
    this.#reports.configure(stream)
    this.expectMedia()
  }

  #closeTranscoder(): void {
    this.#transcoder?.close()
    this.#transcoder = undefined
  }

  #closeCodecs(): void {
    this.#closeTranscoder()
    this.#mouth?.close()
    this.#mouth = undefined
  }

  /** Counts the silence of the peer from now: it was asked to send, or is newly bridged. */
  expectMedia(): void {
    this.#quiet.heard(performance.now())
  }

  #incoming(packet: Buffer, from: RemoteInfo): void {
    const stream = this.#stream
    if (stream === undefined) return
    const view = this.#view
    if (!readRtp(packet, view)) {
      this.#junk += 1
      return
    }
    if (!this.#latch.accept(from.address, from.port, view.ssrc, view.sequence)) return
    const now = performance.now()
    this.#quiet.heard(now)
    this.#around.figures.packetsIn += 1
    if (from.port !== this.#startedPort || from.address !== this.#startedAddress) this.#tellStarted(from)
    const kind = this.#types.kinds[view.payloadType]!
    view.clock = this.#types.clocks[view.payloadType]!
    this.#reception.take(view.ssrc, view.sequence, view.timestamp, view.payloadEnd - view.payloadStart, now, view.clock, kind >= 0)
    if (!stream.receive) return
    if (kind === EVENT) this.#keypad.event(packet, view, now)
    this.#keypad.sound(kind, packet, view, now)
    if (this.taps.size > 0) for (const tap of this.taps) tap.take(kind, packet, view, now)
    // An iterator would be made for every packet; nearly all calls are not recorded.
    if (this.recorders.size > 0) this.#record('left', kind, packet, view, now)
    if (this.overhearing.size > 0) this.#overhear('left', kind, packet, view, now)
    const target = this.through ?? this.target
    if (kind === UNKNOWN) target?.skip(this, packet, view, now)
    else target?.take(this, kind as EncodingNumber | typeof EVENT, packet, view, now)
  }

  #record(side: 'left' | 'right', kind: number, packet: Uint8Array, view: RtpView, now: number): void {
    for (const recorder of this.recorders) {
      if (kind >= 0) recorder.hear(side, kind as EncodingNumber, packet, view, now)
      else recorder.skip(side, packet, view, now)
    }
  }

  #overhear(side: 'left' | 'right', kind: number, packet: Uint8Array, view: RtpView, now: number): void {
    for (const one of this.overhearing) {
      if (kind >= 0) one.hear(side, kind as EncodingNumber, packet, view, now)
      else one.skipped(side, packet, view, now)
    }
  }

  #tellStarted(from: RemoteInfo): void {
    this.#startedAddress = from.address
    this.#startedPort = from.port
    this.#around.tell({ notice: 'media-started', endpoint: this.#handle, address: from.address, port: from.port })
  }

  #incomingRtcp(packet: Buffer, from: RemoteInfo): void {
    // Silence suppression stops RTP but not RTCP: the peer is there.
    if (this.#reports.take(packet, from.address, from.port)) this.#quiet.heard(performance.now())
    else this.#junk += 1
  }

  take(from: object, encoding: EncodingNumber | typeof EVENT, packet: Uint8Array, view: RtpView, now: number): void {
    const stream = this.#stream
    if (stream === undefined || this.voices.held || !stream.send || this.#latch.address === undefined) return this.skip(from, packet, view, now)
    const { instead } = this
    const replaced = instead !== undefined && instead.from !== from
    if (this.recorders.size > 0 && (instead === undefined || instead.recorded !== replaced)) this.#record('right', encoding, packet, view, now)
    if (this.overhearing.size > 0 && (instead === undefined || replaced)) this.#overhear('right', encoding, packet, view, now)
    if (replaced || this.voices.speaking !== undefined) return this.#passOver(from, packet, view, now)
    if (encoding === EVENT) return this.#takeEvent(from, packet, view, now)
    const bytes = view.payloadEnd - view.payloadStart
    const law = encoding !== this.#encoding && encoding <= PCMA && this.#encoding <= PCMA
    if ((encoding !== this.#encoding && !law) || (this.#wantedBytes !== 0 && bytes !== this.#wantedBytes)) {
      this.#transcoder ??= new Transcoder(this.#speaker())
      return this.#transcoder.take(from, encoding, packet, view, now)
    }
    if (law) changeLaw(encoding === PCMU ? 'mu' : 'a', packet, view.payloadStart, view.payloadEnd)
    if (this.#transcoder?.from === from) this.#closeTranscoder()
    this.#outgoing.relay(from, packet, now, view.marker, stream.payloadType, view.ssrc, view.sequence, view.timestamp, bytes)
    this.#send(packet)
  }

  /** Digits go on as events under the peer's number and clock (RFC 4733 §2.1), beside sound that is relayed or transcoded. */
  #takeEvent(from: object, packet: Uint8Array, view: RtpView, now: number): void {
    const { eventsOut } = this.#stream!
    if (eventsOut === undefined) return this.#passOver(from, packet, view, now)
    const clock = eventsOut.clockRate / 1000
    if (clock !== view.clock) changeEventClock(packet, view, clock)
    const transcoder = this.#transcoder
    if (transcoder?.from === from) {
      transcoder.skip(packet, view, now)
      this.#outgoing.place(transcoder.source, packet, now, view.marker, eventsOut.payloadType, 4, this.#timeOf(transcoder.placeOf(view)))
    } else {
      this.#outgoing.relay(from, packet, now, view.marker, eventsOut.payloadType, view.ssrc, view.sequence, view.timestamp, view.payloadEnd - view.payloadStart)
    }
    this.#send(packet)
  }

  skip(from: object, packet: Uint8Array, view: RtpView, now: number): void {
    if (this.recorders.size > 0) this.#record('right', UNKNOWN, packet, view, now)
    if (this.overhearing.size > 0) this.#overhear('right', UNKNOWN, packet, view, now)
    this.#passOver(from, packet, view, now)
  }

  /** The peer pressed a digit and said so by signalling. */
  hearDigit(digit: string, durationMs: number): void {
    this.#keypad.signalled(digit, durationMs, performance.now())
  }

  digit(digit: string, way: DigitWay): void {
    const stream = this.#stream
    if (stream === undefined || !stream.send || this.voices.held) return
    if (stream.dtmf === 'info') return this.#signalOut(digit, PASSED_ON_MS)
    if (way === (stream.eventsOut === undefined ? 'sound' : 'event')) return
    this.voices.passOn(digit)
  }

  #passOver(from: object, packet: Uint8Array, view: RtpView, now: number): void {
    this.#outgoing.skip(from)
    if (this.#transcoder?.from === from) this.#transcoder.skip(packet, view, now)
  }

  say(source: object, frame: Int16Array, now: number): void {
    this.#speaker().say(source, frame, FRAME, SAMPLE_RATE, undefined, now)
  }

  #speaker(): Mouth {
    this.#mouth ??= new Mouth(this.#codec, this.#stream?.packetMs ?? 20, RTP_HEADER, (source, packet, bytes, at, mark, now) => {
      const stream = this.#stream
      if (stream === undefined || !stream.send || this.#latch.address === undefined) return
      packet[0] = 0x80
      this.#outgoing.place(source, packet, now, mark, stream.payloadType, bytes, this.#timeOf(at))
      this.#send(packet.subarray(0, RTP_HEADER + bytes))
    })
    return this.#mouth
  }

  /** Samples as the mouth counts them, in timestamp units. */
  #timeOf(samples: number): number {
    return Math.round((samples * this.#codec.clock * 1000) / this.#codec.rate)
  }

  signal(source: object, event: number, end: boolean, duration: number, first: boolean, now: number): boolean {
    const stream = this.#stream
    if (stream?.dtmf === 'info') {
      if (first) this.#dialled = source
      if (!end || this.#dialled !== source) return true
      this.#dialled = undefined
      this.#signalOut(digitAt(event), Math.round((duration * 1000) / SAMPLE_RATE))
      return true
    }
    const out = stream?.eventsOut
    if (stream === undefined || out === undefined) return false
    if (!stream.send || this.#latch.address === undefined) return true
    const packet = Buffer.alloc(RTP_HEADER + 4)
    packet[0] = 0x80
    packet[RTP_HEADER] = event
    // RFC 4733 §2.3: end bit, then 10 for −10 dBm0.
    packet[RTP_HEADER + 1] = (end ? 0x80 : 0) | 10
    packet.writeUInt16BE(Math.min(0xffff, (duration * out.clockRate) / SAMPLE_RATE), RTP_HEADER + 2)
    this.#outgoing.generateEvent(source, packet, now, out.payloadType, first)
    this.#send(packet)
    return true
  }

  /** A digit for the peer that goes by signalling. */
  #signalOut(digit: string, durationMs: number): void {
    this.#around.tell({ notice: 'digit-out', endpoint: this.#handle, digit, durationMs })
  }

  #send(packet: Uint8Array): void {
    this.#around.figures.packetsOut += 1
    this.#wire.send(packet)
  }

  /** Slow work, now and then. */
  sweep(now: number): void {
    this.#reports.sweep(now)
    this.#wire.sweep(now)
    this.#keypad.sweep(now)
    for (const tap of this.taps) tap.sweep(now)
    this.#transcoder?.sweep(now)
    if (this.#stream?.receive !== true) return
    // Told again each time as much silence has passed once more.
    const seconds = this.#quiet.due(now)
    if (seconds !== undefined) this.#around.tell({ notice: 'media-timeout', endpoint: this.#handle, seconds })
  }

  stats(): LegStats {
    const { received, bytes, lost, expected, jitterMs } = this.#reception
    const { address, port, strays } = this.#latch
    const lossRate = expected > 0 ? lost / expected : 0
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
    this.#wire.close()
    this.target = undefined
    this.voices.close()
    this.#closeCodecs()
    this.#keypad.close()
    for (const tap of this.taps) tap.close()
    this.taps.clear()
    for (const one of this.overhearing) one.stop()
    for (const recorder of this.recorders) void recorder.stop('closed')
    return this.stats()
  }
}
