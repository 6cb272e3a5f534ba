/** The descriptions that FreeSWITCH is given: one audio line with one encoding, the peer's place, nothing else to choose. */
import { encodings, formatOf, type Encoding, type StreamSettings } from '../sdp/index.ts'

/** A place that nobody listens at, for a peer that has not told its own yet: the discard port of the server itself. */
const NOWHERE = { address: '127.0.0.1', port: 9 }

export interface PeerDescription {
  stream: Pick<StreamSettings, 'remote' | 'remoteRtcp' | 'rtcpMux' | 'encoding' | 'payloadType' | 'eventsOut' | 'packetMs' | 'send' | 'receive'>
  /** Grows with each. */
  version: number
}

export function describePeer({ stream, version }: PeerDescription): string {
  const { remote, remoteRtcp, rtcpMux, encoding, payloadType, eventsOut, packetMs } = stream
  const { address, port } = remote ?? NOWHERE
  const { clockRate, channels, parameters } = formatOf(encoding)
  const lines = [
    'v=0', `o=dialplane 1 ${version} IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0',
    `m=audio ${port} RTP/AVP ${[payloadType, ...(eventsOut ? [eventsOut.payloadType] : [])].join(' ')}`,
    `a=rtpmap:${payloadType} ${encoding}/${clockRate}${channels === undefined ? '' : `/${channels}`}`,
    ...(parameters === undefined ? [] : [`a=fmtp:${payloadType} ${parameters}`]),
    ...(eventsOut ? [`a=rtpmap:${eventsOut.payloadType} telephone-event/${eventsOut.clockRate}`, `a=fmtp:${eventsOut.payloadType} 0-15`] : []),
    `a=ptime:${packetMs}`,
    ...(rtcpMux ? ['a=rtcp-mux'] : remoteRtcp ? [`a=rtcp:${remoteRtcp.port} IN IP4 ${remoteRtcp.address}`] : []),
    `a=${directionOf(stream)}`,
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** As the peer sees it. */
function directionOf({ send, receive, remote }: PeerDescription['stream']): string {
  const heard = send && remote !== undefined
  return heard ? (receive ? 'sendrecv' : 'recvonly') : receive ? 'sendonly' : 'inactive'
}

/** For a peer that is yet to answer our offer. */
export function describeNobody(encoding: Encoding | undefined, packetMs = 20): string {
  const name = encoding ?? encodings[0]!
  return describePeer({
    version: 1,
    stream: {
      remote: undefined, remoteRtcp: undefined, rtcpMux: false, encoding: name, payloadType: formatOf(name).payloadType,
      eventsOut: { payloadType: 101, clockRate: 8000 }, packetMs, send: false, receive: false,
    },
  })
}
