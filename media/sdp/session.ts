import { randomInt } from 'node:crypto'
import { Refusal } from '../../config/errors.ts'
import type { MediaDirection } from '../contract.ts'
import { encodingOf, eventPayloadType, eventsOf } from './codecs.ts'
import { mirrored, receives, sends } from './direction.ts'
import { parseDescription } from './parse.ts'
import type { Encoding, RemoteAudio, Section, StreamSettings } from './types.ts'
import { writeDescription, type LocalAudio } from './write.ts'

export interface SdpSessionOptions {
  /** The address and even port the peer shall send to. */
  address: string
  port: number
  /** Encodings allowed, in our order of preference. */
  encodings: readonly Encoding[]
  /** Follow the peer's order among the allowed encodings instead of ours. */
  peerOrder: boolean
}

/** The outcome of one exchange. */
export interface Agreement {
  stream: StreamSettings
  remoteDirection: MediaDirection
}

const AUDIO: Section = { type: 'audio', port: 1, protocol: 'RTP/AVP', formats: '' }

/**
 * Our side of the offer/answer exchange of one dialog (RFC 3264): pure state, no I/O.
 * Every method either succeeds whole or throws a Refusal `unprocessable` and changes nothing.
 */
export class SdpSession {
  readonly #options: SdpSessionOptions
  // RFC 8866 §5.2: a number below 2^62 that no other session of ours has.
  readonly #id = String(randomInt(1, 2 ** 47))
  #version = 0
  #text = ''
  #written = ''
  #sections: readonly Section[] = [AUDIO]
  #audioIndex = 0
  #events = eventPayloadType
  #rtcpMux = false
  #encoding: Encoding | undefined
  #offered: { direction: MediaDirection; events: number; rtcpMux: boolean } | undefined

  constructor(options: SdpSessionOptions) {
    this.#options = options
  }

  /** Our description as last written. */
  get text(): string {
    return this.#text
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
    this.#offered = { direction, events: this.#events, rtcpMux: this.#rtcpMux }
    return this.#write(order, this.#events, direction, this.#rtcpMux, this.#sections, this.#audioIndex, this.#protocol())
  }

  /** Takes the answer to our last offer. May be called again: a 183 and its 200 both carry one. */
  accept(text: string): Agreement {
    if (this.#offered === undefined) throw new Refusal('unprocessable', 'an answer came in without an offer of ours')
    const { audio } = parseDescription(text, this.#audioIndex)
    const encoding = this.#choose(audio, true)
    const offered = this.#offered
    this.#encoding = encoding.name
    return this.#agree(audio, encoding, offered.direction, eventsOf(audio.codecs) === undefined ? undefined : offered.events,
      offered.rtcpMux && audio.rtcpMux)
  }

  /** Takes an offer; our answer is in `text` afterwards. */
  answer(text: string): Agreement {
    const { sections, audio } = parseDescription(text)
    const encoding = this.#choose(audio, this.#options.peerOrder)
    const direction = mirrored(audio.direction)
    const events = eventsOf(audio.codecs)
    this.#offered = undefined
    this.#sections = sections
    this.#audioIndex = audio.index
    this.#encoding = encoding.name
    this.#events = events ?? eventPayloadType
    this.#rtcpMux = audio.rtcpMux
    this.#write([encoding.name], events, direction, audio.rtcpMux, sections, audio.index, sections[audio.index]!.protocol)
    return this.#agree(audio, encoding, direction, events, audio.rtcpMux)
  }

  #protocol(): string {
    return this.#sections[this.#audioIndex]?.protocol ?? AUDIO.protocol
  }

  #choose(audio: RemoteAudio, peerOrder: boolean): { name: Encoding; payloadType: number } {
    const allowed = this.#options.encodings
    const offered = audio.codecs.flatMap((codec) => {
      const name = encodingOf(codec)
      return name !== undefined && allowed.includes(name) ? [{ name, payloadType: codec.payloadType }] : []
    })
    const chosen = peerOrder
      ? offered[0]
      : allowed.flatMap((name) => offered.find((entry) => entry.name === name) ?? [])[0]
    if (chosen === undefined) {
      const theirs = audio.codecs.map((codec) => codec.name).filter((name) => name !== 'TELEPHONE-EVENT').join(', ')
      throw new Refusal('unprocessable', `no common audio codec: the peer has ${theirs || 'none that we know'}, we have ${allowed.join(', ') || 'none'}`)
    }
    return chosen
  }

  #agree(
    audio: RemoteAudio, encoding: { name: Encoding; payloadType: number }, local: MediaDirection, eventsIn: number | undefined, rtcpMux: boolean,
  ): Agreement {
    const remote = audio.address === undefined ? undefined : { address: audio.address, port: audio.port }
    // Above 65535 there is no port for RTCP.
    const beside = remote === undefined || remote.port === 65_535 ? undefined : { address: remote.address, port: remote.port + 1 }
    const rtcp = audio.rtcp ?? beside
    const listed = audio.codecs.flatMap((codec) => {
      const name = encodingOf(codec)
      return name === undefined ? [] : [{ payloadType: codec.payloadType, encoding: name }]
    })
    return {
      remoteDirection: audio.direction,
      stream: {
        remote,
        remoteRtcp: rtcpMux ? remote : rtcp,
        rtcpMux,
        encoding: encoding.name,
        payloadType: encoding.payloadType,
        // Static types stay what they are even unlisted: some phones switch without asking.
        receives: [...listed, { payloadType: 0, encoding: 'PCMU' }, { payloadType: 8, encoding: 'PCMA' }],
        eventsOut: eventsOf(audio.codecs),
        eventsIn,
        send: sends(local) && receives(audio.direction),
        receive: receives(local) && sends(audio.direction),
      },
    }
  }

  /** Writes our description; the version grows with every change and only then (RFC 3264 §8). */
  #write(
    encodings: readonly Encoding[], events: number | undefined, direction: MediaDirection, rtcpMux: boolean,
    sections: readonly Section[], audioIndex: number, protocol: string,
  ): string {
    const audio: LocalAudio = { address: this.#options.address, port: this.#options.port, protocol, encodings, events, direction, rtcpMux }
    const unversioned = writeDescription({ id: this.#id, version: 0 }, audio, sections, audioIndex)
    if (unversioned !== this.#written) {
      this.#version += 1
      this.#written = unversioned
      this.#text = writeDescription({ id: this.#id, version: this.#version }, audio, sections, audioIndex)
    }
    return this.#text
  }
}
