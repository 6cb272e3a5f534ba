import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import sdp, { type SdpMedia } from 'sdp-transform'
import { Refusal } from '../../config/errors.ts'
import type { MediaDirection } from '../contract.ts'
import { formats, staticEncodings } from './codecs.ts'
import { withoutReceiving } from './direction.ts'
import { readSecrets, type SecretLines } from './secrets.ts'
import type { RemoteAudio, RemoteCodec, RemoteDescription, Section, TransportAddress } from './types.ts'

/** No honest audio description comes near this; parsing stops being free beyond it. */
const LONGEST = 32_768
const MOST_SECTIONS = 32

function refuse(message: string): never {
  throw new Refusal('unprocessable', message)
}

/**
 * Reads a session description and picks its audio.
 *
 * @param choice the `m=` line to use (an answer to our offer), or what makes one usable: the first that is
 * @throws Refusal `unprocessable` that says what is missing or wrong; never anything else
 */
export function parseDescription(text: string, choice: number | Usable = plainOnly): RemoteDescription {
  if (text.trim() === '') refuse('the session description is empty')
  if (text.length > LONGEST) refuse(`the session description is longer than ${LONGEST} characters`)
  const sections = readSections(text)
  let session
  try {
    session = sdp.parse(text)
  } catch (error) {
    throw new Refusal('unprocessable', 'the session description cannot be read', { cause: error })
  }
  if (session.version !== 0) refuse('the session description does not start with v=0')
  const chosen = typeof choice === 'number' ? choice : chooseSection(text, sections, choice)
  const section = sections[chosen]
  const media = session.media[chosen]
  if (section === undefined || media === undefined) refuse('the answer has fewer media lines than the offer')
  if (section.type !== 'audio' || section.port === 0) refuse('the peer refused the audio')
  if (!isPlainRtp(section.protocol) && !isSecureRtp(section.protocol)) refuse(`the audio uses ${section.protocol}; only RTP is offered`)
  return { sections, audio: readAudio(chosen, section, media, session.connection, session.direction, readSecrets(text, chosen)) }
}

/** The `m=` lines (RFC 8866 §5.14), read here because their text must be answered line by line. */
function readSections(text: string): Section[] {
  const sections: Section[] = []
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (!line.startsWith('m=')) continue
    const match = /^m=(\S+) (\d{1,5})(?:\/\d+)? (\S+)(?: (.*))?$/.exec(line)
    if (match === null) refuse('a media line (m=) cannot be read')
    const port = Number(match[2])
    if (port > 65_535) refuse(`the port ${port} does not exist`)
    sections.push({ type: match[1]!.toLowerCase(), port, protocol: match[3]!, formats: (match[4] ?? '').trim() })
    if (sections.length > MOST_SECTIONS) refuse(`the session description has more than ${MOST_SECTIONS} media lines`)
  }
  return sections
}

function isPlainRtp(protocol: string): boolean {
  return protocol.toUpperCase() === 'RTP/AVP' || protocol.toUpperCase() === 'RTP/AVPF'
}

function isSecureRtp(protocol: string): boolean {
  return /^(UDP\/TLS\/)?RTP\/SAVPF?$/i.test(protocol)
}

/** Why an audio line cannot be used; undefined when it can. */
export type Usable = (audio: Pick<RemoteAudio, 'secure' | 'crypto' | 'dtls'>, protocol: string) => string | undefined

const plainOnly: Usable = ({ secure }, protocol) =>
  secure ? `the offer has encrypted audio only (${protocol}); offer plain RTP (RTP/AVP)` : undefined

/** The first usable audio line; one that is encrypted goes before one that is not. */
function chooseSection(text: string, sections: readonly Section[], unusable: Usable): number {
  const audio = sections.filter((section) => section.type === 'audio' && section.port !== 0)
  if (audio.length === 0) refuse('the offer has no audio')
  let reason: string | undefined
  for (const secure of [true, false]) {
    for (const section of audio) {
      if (!(secure ? isSecureRtp : isPlainRtp)(section.protocol)) continue
      const index = sections.indexOf(section)
      const why = unusable({ secure, ...readSecrets(text, index) }, section.protocol)
      if (why === undefined) return index
      reason ??= why
    }
  }
  return refuse(reason ?? `the audio uses ${audio[0]!.protocol}; only plain RTP (RTP/AVP) is offered`)
}

function readAudio(
  index: number, section: Section, media: SdpMedia,
  sessionConnection: SdpMedia['connection'], sessionDirection: string | undefined, secrets: SecretLines,
): RemoteAudio {
  const secure = isSecureRtp(section.protocol)
  const rtcpMux = media.rtcpMux !== undefined
  // Two ports by ICE are twice the checks: whoever wants them is reached at its own address all the same.
  const ice = rtcpMux ? secrets.ice : undefined
  // With ICE the address is only a place holder (RFC 8840 §4.1.1): browsers write 0.0.0.0, or one of IPv6.
  const byChecks = secure && ice !== undefined && secrets.dtls !== undefined
  const ip = byChecks ? '0.0.0.0' : readAddress(media.connection ?? sessionConnection)
  const unspecified = ip === '0.0.0.0' || ip === '::'
  const stated = readDirection(media.direction ?? sessionDirection)
  return {
    index,
    address: unspecified ? undefined : ip,
    port: section.port,
    rtcp: byChecks ? undefined : readRtcp(media, unspecified ? undefined : ip),
    rtcpMux,
    direction: unspecified && !byChecks ? withoutReceiving(stated) : stated,
    codecs: readCodecs(section, media),
    ptime: readMilliseconds(media.ptime),
    maxptime: readMilliseconds(media.maxptime),
    secure,
    ...secrets,
    ice,
  }
}

function readAddress(connection: SdpMedia['connection']): string {
  if (connection === undefined) refuse('the audio has no address (no c= line)')
  const version = Number(connection.version)
  // A multicast connection carries /ttl after the address.
  const text = String(connection.ip).split('/')[0]!
  if (version === 6 ? !isIPv6(text) : !isIPv4(text)) refuse(`the address in the c= line is not an IPv${version === 6 ? 6 : 4} address`)
  const ip = plain(text)
  if (ip !== '0.0.0.0' && ip !== '::' && !isUnicast(ip)) refuse(`audio cannot be sent to ${ip}`)
  return ip
}

/** As the kernel writes it (RFC 5952), so that it can be compared with where packets come from. */
function plain(ip: string): string {
  return isIPv6(ip) ? new SocketAddress({ address: ip, family: 'ipv6' }).address : ip
}

/** Loopback counts: phones on this machine. `0.x`, multicast and broadcast never do. */
function isUnicast(ip: string): boolean {
  if (isIPv6(ip)) return ip !== '::' && !/^ff/i.test(ip)
  const first = Number(ip.split('.')[0])
  return first > 0 && first < 224
}

/**
 * The address that the first audio of an offer names, without reading the rest. Undefined when it names none: by 0.0.0.0
 * or ::, or because it looks for its way by ICE and what it names is a place holder.
 */
export function offeredAddress(offer: string): string | undefined {
  const [session = '', ...media] = offer.split(/^m=/m)
  const audio = media.find((section) => section.startsWith('audio'))
  if (audio === undefined || /^a=ice-ufrag:/m.test(audio) || /^a=ice-ufrag:/m.test(session)) return undefined
  const address = /^c=IN IP[46] ([^\s/]+)/m
  const named = (address.exec(audio) ?? address.exec(session))?.[1]
  return named === undefined || named === '0.0.0.0' || named === '::' || (!isIPv4(named) && !isIPv6(named)) ? undefined : named
}

function readDirection(direction: string | undefined): MediaDirection {
  if (direction === 'sendonly' || direction === 'recvonly' || direction === 'inactive') return direction
  return 'sendrecv'
}

function readRtcp(media: SdpMedia, ip: string | undefined): TransportAddress | undefined {
  const port = Number(media.rtcp?.port)
  if (media.rtcp === undefined || !(port > 0 && port <= 65_535)) return undefined
  const named = media.rtcp.address === undefined ? ip : String(media.rtcp.address)
  // RTCP goes the way of the audio.
  return named !== undefined && ip !== undefined && (isIPv4(ip) ? isIPv4(named) : isIPv6(named)) && isUnicast(named) ? { address: plain(named), port } : undefined
}

function readCodecs(section: Section, media: SdpMedia): RemoteCodec[] {
  const codecs: RemoteCodec[] = []
  for (const format of section.formats.split(/\s+/)) {
    if (!/^\d{1,3}$/.test(format)) continue
    const payloadType = Number(format)
    if (payloadType > 127) continue
    const map = media.rtp.find((entry) => Number(entry.payload) === payloadType)
    if (map !== undefined) codecs.push({ payloadType, name: String(map.codec).toUpperCase(), clockRate: Number(map.rate ?? 8000) })
    else {
      // Static types need no rtpmap (RFC 3551 §6).
      const name = staticEncodings.find((encoding) => formats[encoding].payloadType === payloadType)
      if (name !== undefined) codecs.push({ payloadType, name, clockRate: formats[name].clockRate })
    }
  }
  return codecs
}

function readMilliseconds(value: unknown): number | undefined {
  const ms = Number(value)
  return ms > 0 && ms <= 1000 ? ms : undefined
}
