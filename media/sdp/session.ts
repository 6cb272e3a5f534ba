import { randomInt } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { Refusal } from '../../config/errors.ts'
import type { DtmfWay, MediaDirection } from '../contract.ts'
import { encodingOf, eventPayloadTypes, eventsFor, eventsOf, formats, packetLength, staticEncodings, USUAL_PACKET_MS } from './codecs.ts'
import { mirrored, receives, sends } from './direction.ts'
import { Encryption, type AgreedSecurity, type EncryptionOptions, type SecurityLines } from './encryption.ts'
import { parseDescription, type Usable } from './parse.ts'
import type { Encoding, EventFormat, RemoteAudio, Section, StreamSettings } from './types.ts'
import { writeDescription, type LocalAudio } from './write.ts'

export interface SdpSessionOptions {
  /** The address and even port the peer shall send to. */
  address: string
  port: number
  /** Other addresses of ours for that port, for a peer that looks for its way by ICE. */
  alsoAt?: readonly string[]
  /** Encodings allowed, in our order of preference. */
  encodings: readonly Encoding[]
  /** The description that ours continues. */
  follows?: { id: string; version: number } | undefined
  /** Follow the peer's order among the allowed encodings instead of ours. */
  peerOrder: boolean
  /** Absent: `auto`. */
  dtmf?: DtmfWay | undefined
  /** Length of packets in milliseconds, whatever the peer would like. */
  packetMs?: number | undefined
  /** Absent: never encrypted. */
  encryption?: EncryptionOptions
}

/** The outcome of one exchange. */
export interface Agreement {
  stream: StreamSettings
  remoteDirection: MediaDirection
}

interface Chosen {
  name: Encoding
  payloadType: number
}

/** What we wrote about formats: what may come in, under our numbers. */
interface Listed {
  encodings: readonly Chosen[]
  events: readonly EventFormat[]
}

const AUDIO = { type: 'audio', port: 1, formats: '' }
const NEVER: EncryptionOptions = { policy: 'off', readable: false, browser: false }

/**
 * Our side of the offer/answer exchange of one dialog (RFC 3264): pure state, no I/O.
 * Every method either succeeds whole or throws a Refusal `unprocessable` and changes nothing.
 */
export class SdpSession {
  readonly #options: SdpSessionOptions
  // RFC 8866 §5.2: a number below 2^62 that no other session of ours has.
  readonly #id: string
  #version: number
  #text = ''
  #written = ''
  readonly #encryption: Encryption
  #sections: readonly Section[] | undefined
  #audioIndex = 0
  /** Numbers the peer gave first; they stay for the whole dialog (RFC 3264 §8.3.2). */
  readonly #numbers = new Map<string, number>()
  #packetMs: number
  #rtcpMux = false
  #mid: string | undefined
  #bundled = false
  #encoding: Encoding | undefined
  #offered: { direction: MediaDirection; listed: Listed; rtcpMux: boolean } | undefined
  #theirOffer: string | undefined

  constructor(options: SdpSessionOptions) {
    this.#options = options
    this.#id = options.follows?.id ?? String(randomInt(1, 2 ** 47))
    this.#version = options.follows?.version ?? 0
    this.#packetMs = options.packetMs ?? USUAL_PACKET_MS
    this.#encryption = new Encryption(options.encryption ?? NEVER)
    // A browser wants its audio named.
    if (options.encryption?.browser === true) {
      this.#mid = '0'
      this.#bundled = true
    }
  }

  /** Our description as last written. */
  get text(): string {
    return this.#text
  }

  /** Digits go as events (RFC 4733) where the peer has them. */
  get #events(): boolean {
    return this.#options.dtmf !== 'inband' && this.#options.dtmf !== 'info'
  }

  #packetLength(encoding: Encoding, { ptime, maxptime }: RemoteAudio): number {
    return packetLength(encoding, this.#options.packetMs ?? ptime, maxptime)
  }

  /** The encoding agreed on. */
  get encoding(): Encoding | undefined {
    return this.#encoding
  }

  /** Makes an offer; the encoding in use comes first so that a re-offer does not change it by accident. */
  offer(direction: MediaDirection): string {
    const current = this.#encoding
    const allowed = this.#options.encodings
    const order = current === undefined ? allowed : [current, ...allowed.filter((name) => name !== current)]
    const listed = this.#list(order)
    const { lines, protocol } = this.#encryption.offer()
    // One port, one handshake, one way to look for.
    const rtcpMux = this.#rtcpMux || (this.#sections === undefined && lines.dtls !== undefined)
    this.#offered = { direction, listed, rtcpMux }
    this.#theirOffer = undefined
    const sections = this.#sections ?? [{ ...AUDIO, protocol }]
    return this.#write(listed, direction, rtcpMux, sections, lines)
  }

  /** Takes the answer to our last offer. May be called again: a 183 and its 200 both carry one. */
  accept(text: string): Agreement {
    if (this.#offered === undefined) throw new Refusal('unprocessable', 'an answer came in without an offer of ours')
    const { audio } = parseDescription(text, this.#audioIndex)
    this.#checkFamily(audio)
    const chosen = this.#choose(audio, this.#options.encodings, true)
    const { direction, listed, rtcpMux } = this.#offered
    const secured = this.#encryption.accept(audio)
    this.#encoding = chosen.name
    return this.#agree(audio, chosen, direction, listed, rtcpMux && audio.rtcpMux, secured)
  }

  /** Takes an offer; our answer is in `text` afterwards. */
  answer(text: string): Agreement {
    return this.#answer(text, this.#options.encodings, this.#options.peerOrder)
  }

  /**
   * Answers the peer's offer anew with the first of `wanted` that it lists. Undefined, and nothing
   * changed, when there is none, when that is the answer already, or when the last offer was ours.
   */
  prefer(wanted: readonly Encoding[]): Agreement | undefined {
    const text = this.#theirOffer
    if (text === undefined) return undefined
    const { audio } = parseDescription(text, this.#unusable)
    const first = wanted.find((name) => this.#options.encodings.includes(name) && audio.codecs.some((codec) => encodingOf(codec) === name))
    return first === undefined || first === this.#encoding ? undefined : this.#answer(text, [first], false)
  }

  readonly #unusable: Usable = (audio, protocol) => this.#encryption.kindFor(audio, protocol).reason

  #answer(text: string, allowed: readonly Encoding[], peerOrder: boolean): Agreement {
    const { sections, audio } = parseDescription(text, this.#unusable)
    this.#checkFamily(audio)
    const chosen = this.#choose(audio, allowed, peerOrder)
    const direction = mirrored(audio.direction)
    const events = this.#events ? eventsFor(chosen.name, eventsOf(audio.codecs)) : undefined
    const listed: Listed = { encodings: [chosen], events: events === undefined ? [] : [events] }
    this.#offered = undefined
    this.#theirOffer = text
    this.#sections = sections
    this.#audioIndex = audio.index
    this.#encoding = chosen.name
    this.#rtcpMux = audio.rtcpMux
    this.#packetMs = this.#packetLength(chosen.name, audio)
    this.#numbers.set(chosen.name, chosen.payloadType)
    if (events !== undefined) this.#numbers.set(`events ${events.clockRate}`, events.payloadType)
    this.#mid = audio.mid
    this.#bundled = audio.bundled
    const { lines, agreed } = this.#encryption.answer(audio, this.#encryption.kindFor(audio, sections[audio.index]!.protocol).kind ?? 'plain')
    this.#write(listed, direction, audio.rtcpMux, sections, lines)
    return this.#agree(audio, chosen, direction, listed, audio.rtcpMux, agreed)
  }

  /** Our numbers for an offer: the peer's where it gave some, else the usual ones, none twice. */
  #list(order: readonly Encoding[]): Listed {
    const taken = new Set<number>(staticEncodings.map((name) => formats[name].payloadType))
    for (const number of this.#numbers.values()) taken.add(number)
    const number = (key: string, usual: number): number => {
      const known = this.#numbers.get(key)
      if (known !== undefined) return known
      let free = usual
      while (free >= 96 && taken.has(free)) free = free === 96 ? 127 : free - 1
      taken.add(free)
      return free
    }
    const listed = order.map((name) => ({ name, payloadType: number(name, formats[name].payloadType) }))
    const clocks = this.#events ? [...new Set(order.map((name) => formats[name].clockRate))].sort((a, b) => a - b) : []
    const events = clocks.map((clockRate) => ({ clockRate, payloadType: number(`events ${clockRate}`, eventPayloadTypes[clockRate]!) }))
    return { encodings: listed, events }
  }

  /** Our port is of one family. */
  #checkFamily({ address }: RemoteAudio): void {
    const ours = isIPv6(this.#options.address) ? 6 : 4
    if (address !== undefined && isIPv6(address) !== (ours === 6)) throw new Refusal('unprocessable', `the audio is on IPv${ours === 6 ? 4 : 6}, and that of this call on IPv${ours}`)
  }

  #choose(audio: RemoteAudio, allowed: readonly Encoding[], peerOrder: boolean): Chosen {
    const offered = listedEncodings(audio).filter(({ name }) => allowed.includes(name))
    const chosen = peerOrder
      ? offered[0]
      : allowed.flatMap((name) => offered.find((entry) => entry.name === name) ?? [])[0]
    if (chosen === undefined) {
      const theirs = audio.codecs.map((codec) => codec.name).filter((name) => name !== 'TELEPHONE-EVENT').join(', ')
      throw new Refusal('unprocessable', `no common audio codec: the peer has ${theirs || 'none that we know'}, we have ${allowed.join(', ') || 'none'}`)
    }
    return chosen
  }

  #agree(audio: RemoteAudio, chosen: Chosen, local: MediaDirection, listed: Listed, rtcpMux: boolean, { security, ice }: AgreedSecurity): Agreement {
    const remote = audio.address === undefined || ice !== undefined ? undefined : { address: audio.address, port: audio.port }
    // Above 65535 there is no port for RTCP.
    const beside = remote === undefined || remote.port === 65_535 ? undefined : { address: remote.address, port: remote.port + 1 }
    const rtcp = audio.rtcp ?? beside
    // What the peer sends has our numbers (RFC 3264 §6.1); some use their own, and switch between what both have listed.
    const incoming = [...listed.encodings, ...listedEncodings(audio)]
    // Static types stay what they are even unlisted: some phones switch without asking.
    for (const name of staticEncodings) incoming.push({ name, payloadType: formats[name].payloadType })
    const theirEvents = eventsOf(audio.codecs)
    return {
      remoteDirection: audio.direction,
      stream: {
        remote,
        remoteRtcp: rtcpMux ? remote : rtcp,
        rtcpMux,
        encoding: chosen.name,
        payloadType: chosen.payloadType,
        receives: incoming.map(({ name, payloadType }) => ({ encoding: name, payloadType })),
        eventsOut: this.#events ? eventsFor(chosen.name, theirEvents) : undefined,
        eventsIn: [...listed.events, ...theirEvents],
        ...(this.#options.dtmf !== undefined && { dtmf: this.#options.dtmf }),
        packetMs: this.#packetLength(chosen.name, audio),
        packetMsStated: this.#options.packetMs !== undefined || audio.ptime !== undefined || audio.maxptime !== undefined,
        send: sends(local) && receives(audio.direction),
        receive: receives(local) && sends(audio.direction),
        security,
        ice,
      },
    }
  }

  /** Writes our description; the version grows with every change and only then (RFC 3264 §8). */
  #write(
    listed: Listed, direction: MediaDirection, rtcpMux: boolean, sections: readonly Section[], security: SecurityLines,
  ): string {
    const { address, port, alsoAt = [] } = this.#options
    const audioIndex = this.#audioIndex
    const { protocol } = sections[audioIndex]!
    const audio: LocalAudio = { address, port, alsoAt, protocol, ...listed, packetMs: this.#packetMs, direction, rtcpMux, security, mid: this.#mid, bundled: this.#bundled }
    const unversioned = writeDescription({ id: this.#id, version: 0 }, audio, sections, audioIndex)
    if (unversioned !== this.#written) {
      this.#version += 1
      this.#written = unversioned
      this.#text = writeDescription({ id: this.#id, version: this.#version }, audio, sections, audioIndex)
    }
    return this.#text
  }
}

/** The encodings of ours that the peer lists, in its order. */
function listedEncodings(audio: RemoteAudio): Chosen[] {
  return audio.codecs.flatMap((codec) => {
    const name = encodingOf(codec)
    return name === undefined ? [] : [{ name, payloadType: codec.payloadType }]
  })
}
