import { isIPv6 } from 'node:net'
import sdp, { type SdpMedia } from 'sdp-transform'
import type { MediaDirection } from '../contract.ts'
import { eventFormats, formats } from './codecs.ts'
import type { SecurityLines } from './encryption.ts'
import { keyText } from './secrets.ts'
import type { Encoding, EventFormat, Section } from './types.ts'

/** What our side says about its audio. */
export interface LocalAudio {
  address: string
  port: number
  /** Other addresses for that port, told to a peer with ICE. */
  alsoAt: readonly string[]
  protocol: string
  encodings: readonly { name: Encoding; payloadType: number }[]
  /** Our payload types for RFC 4733; none to leave it out. */
  events: readonly EventFormat[]
  packetMs: number
  direction: MediaDirection
  /** Only ever true in an answer to an offer that had it (RFC 5761 §5.1.1), or in an offer after that. */
  rtcpMux: boolean
  security: SecurityLines
  /** Our name for the line, when it has one, and whether a BUNDLE of it alone is made (RFC 9143). */
  mid: string | undefined
  bundled: boolean
}

/**
 * Writes our description: the audio at `audioIndex`, every other line of `sections` refused
 * with port 0 in its place (RFC 3264 §6).
 */
export function writeDescription(
  origin: { id: string; version: number }, audio: LocalAudio, sections: readonly Section[], audioIndex: number,
): string {
  const ipVer = isIPv6(audio.address) ? 6 : 4
  const media = sections.map((section, index) => (index === audioIndex ? audioSection(audio) : refusedSection(section)))
  return sdp.write({
    version: 0,
    origin: { username: '-', sessionId: origin.id, sessionVersion: origin.version, netType: 'IN', ipVer, address: audio.address },
    name: '-',
    connection: { version: ipVer, ip: audio.address },
    timing: { start: 0, stop: 0 },
    // RFC 8445 §2.5: we have a public place and only answer checks.
    ...(audio.security.ice && { icelite: 'ice-lite' }),
    ...(audio.bundled && audio.mid !== undefined && { groups: [{ type: 'BUNDLE', mids: audio.mid }] }),
    media,
  })
}

function audioSection(audio: LocalAudio): SdpMedia {
  const rtp: SdpMedia['rtp'] = []
  const fmtp: SdpMedia['fmtp'] = []
  for (const { name, payloadType } of audio.encodings) {
    const { clockRate, channels, parameters } = formats[name]
    rtp.push({ payload: payloadType, codec: name, rate: clockRate, ...(channels && { encoding: channels }) })
    if (parameters !== undefined) fmtp.push({ payload: payloadType, config: parameters })
  }
  for (const { payloadType, clockRate } of audio.events) {
    rtp.push({ payload: payloadType, codec: 'telephone-event', rate: clockRate })
    fmtp.push({ payload: payloadType, config: eventFormats })
  }
  const section: SdpMedia = {
    type: 'audio', port: audio.port, protocol: audio.protocol, payloads: rtp.map((entry) => entry.payload).join(' '),
    rtp, fmtp, ptime: audio.packetMs, direction: audio.direction,
  }
  if (audio.rtcpMux) section.rtcpMux = 'rtcp-mux'
  if (audio.mid !== undefined) section.mid = audio.mid
  secure(section, audio)
  return section
}

/** RFC 8445 §5.1.2.1: that of the first host candidate; a step less for each that follows. */
const PRIORITY = 2_130_706_431
const PRIORITY_STEP = 256

function secure(section: SdpMedia, { security: { crypto, dtls, ice }, address, alsoAt, port }: LocalAudio): void {
  if (crypto.length > 0) section.crypto = crypto.map((line) => ({ id: line.tag, suite: line.master.suite, config: keyText(line) }))
  if (dtls !== undefined) {
    section.fingerprint = { type: dtls.fingerprint.hash, hash: dtls.fingerprint.value }
    section.setup = dtls.setup
  }
  if (ice === undefined) return
  section.iceUfrag = ice.ufrag
  section.icePwd = ice.password
  section.candidates = [address, ...alsoAt].map((ip, index) => ({
    foundation: String(index + 1), component: 1, transport: 'udp', priority: PRIORITY - index * PRIORITY_STEP, ip, port, type: 'host',
  }))
  section.endOfCandidates = 'end-of-candidates'
  // Browsers name the stream of their user by it (RFC 8830).
  section.msid = [{ id: 'dialplane', appdata: 'audio' }]
}

function refusedSection(section: Section): SdpMedia {
  return { type: section.type, port: 0, protocol: section.protocol, payloads: section.formats, rtp: [], fmtp: [] }
}
