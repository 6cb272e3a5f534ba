import sdp, { type SdpMedia } from 'sdp-transform'
import type { MediaDirection } from '../contract.ts'
import { eventFormats, staticPayloadTypes } from './codecs.ts'
import type { Encoding, Section } from './types.ts'

/** What our side says about its audio. */
export interface LocalAudio {
  address: string
  port: number
  protocol: string
  encodings: readonly Encoding[]
  /** Our payload type for RFC 4733, or undefined to leave it out. */
  events: number | undefined
  direction: MediaDirection
  /** Only ever true in an answer to an offer that had it (RFC 5761 §5.1.1), or in an offer after that. */
  rtcpMux: boolean
}

/**
 * Writes our description: the audio at `audioIndex`, every other line of `sections` refused
 * with port 0 in its place (RFC 3264 §6).
 */
export function writeDescription(
  origin: { id: string; version: number }, audio: LocalAudio, sections: readonly Section[], audioIndex: number,
): string {
  const media = sections.map((section, index) => (index === audioIndex ? audioSection(audio) : refusedSection(section)))
  return sdp.write({
    version: 0,
    origin: { username: '-', sessionId: origin.id, sessionVersion: origin.version, netType: 'IN', ipVer: 4, address: audio.address },
    name: '-',
    connection: { version: 4, ip: audio.address },
    timing: { start: 0, stop: 0 },
    media,
  })
}

function audioSection(audio: LocalAudio): SdpMedia {
  const rtp: SdpMedia['rtp'] = audio.encodings.map((name) => ({ payload: staticPayloadTypes[name], codec: name, rate: 8000 }))
  const fmtp: SdpMedia['fmtp'] = []
  if (audio.events !== undefined) {
    rtp.push({ payload: audio.events, codec: 'telephone-event', rate: 8000 })
    fmtp.push({ payload: audio.events, config: eventFormats })
  }
  const section: SdpMedia = {
    type: 'audio', port: audio.port, protocol: audio.protocol, payloads: rtp.map((entry) => entry.payload).join(' '),
    rtp, fmtp, ptime: 20, direction: audio.direction,
  }
  if (audio.rtcpMux) section.rtcpMux = 'rtcp-mux'
  return section
}

function refusedSection(section: Section): SdpMedia {
  return { type: section.type, port: 0, protocol: section.protocol, payloads: section.formats, rtp: [], fmtp: [] }
}
