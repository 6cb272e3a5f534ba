import sdp, { type SdpMedia } from 'sdp-transform'
import type { MediaDirection } from '../contract.ts'
import { eventFormats, formats } from './codecs.ts'
import type { Encoding, EventFormat, Section } from './types.ts'

/** What our side says about its audio. */
export interface LocalAudio {
  address: string
  port: number
  protocol: string
  encodings: readonly { name: Encoding; payloadType: number }[]
  /** Our payload types for RFC 4733; none to leave it out. */
  events: readonly EventFormat[]
  packetMs: number
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
  return section
}

function refusedSection(section: Section): SdpMedia {
  return { type: section.type, port: 0, protocol: section.protocol, payloads: section.formats, rtp: [], fmtp: [] }
}
