/** Session descriptions of the test phone (RFC 4566, RFC 3264): one audio stream, G.711. */
import type { Place } from './line.ts'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export interface SdpOptions {
  audio: Place
  /** RTP payload types offered; 0 is PCMU, 8 PCMA. */
  payloads: readonly number[]
  /** False: no digits as events. */
  events?: boolean
  direction: Direction
  version: number
  /** Address in `c=` when it is to differ, e.g. `0.0.0.0` for the hold of RFC 2543. */
  connection?: string
}

const MAPS: Readonly<Record<number, string>> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 101: 'telephone-event/8000' }

export function writeSdp(options: SdpOptions): string {
  const { events = true } = options
  const payloads = options.payloads.includes(101) || !events ? options.payloads : [...options.payloads, 101]
  return [
    'v=0',
    `o=phone 4711 ${options.version} IN IP4 ${options.audio.host}`,
    's=-',
    `c=IN IP4 ${options.connection ?? options.audio.host}`,
    't=0 0',
    `m=audio ${options.audio.port} RTP/AVP ${payloads.join(' ')}`,
    ...payloads.map((payload) => `a=rtpmap:${payload} ${MAPS[payload] ?? `X-${payload}/8000`}`),
    ...(events ? ['a=fmtp:101 0-16'] : []),
    'a=ptime:20',
    `a=${options.direction}`,
    '',
  ].join('\r\n')
}

export interface RemoteSdp {
  audio: Place
  payloads: number[]
  /** As the peer sees it; the old hold by `0.0.0.0` reads as sendonly. */
  direction: Direction
}

/** What the peer's SDP says about audio; undefined when it has none. */
export function readSdp(sdp: string): RemoteSdp | undefined {
  const lines = sdp.split(/\r?\n/)
  const at = lines.findIndex((line) => line.startsWith('m=audio'))
  if (at < 0) return undefined
  const media = lines.slice(at).filter((line, index) => index === 0 || !line.startsWith('m='))
  const session = lines.slice(0, lines.findIndex((line) => line.startsWith('m=')))
  const [, port = '0', , ...payloads] = (lines[at] ?? '').split(' ')
  const connection = media.find((line) => line.startsWith('c=')) ?? session.find((line) => line.startsWith('c='))
  const host = connection?.split(' ')[2] ?? '0.0.0.0'
  const wanted = (line: string): boolean => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line)
  const direction = (media.find(wanted) ?? session.find(wanted) ?? 'a=sendrecv').slice(2) as Direction
  return {
    audio: { host, port: Number(port) },
    payloads: payloads.map(Number),
    direction: host === '0.0.0.0' && direction === 'sendrecv' ? 'sendonly' : direction,
  }
}

/** Our direction in the answer to an offer with theirs (RFC 3264 §6.1). */
export function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly'
  if (direction === 'recvonly') return 'sendonly'
  return direction
}
