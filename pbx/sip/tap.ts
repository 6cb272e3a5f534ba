/**
 * The trace of a real drachtio-server, which has none for applications: rebuilt from the frames
 * srf receives. Requests and responses of the far end come as `sip`, our own come back in the
 * replies as `Msg sent`. Retransmissions stay the server's secret.
 */
import type { TraceRecord } from './trace.ts'
import { formatHostPort } from './uri.ts'

const CALL_ID = /\r\n(?:Call-ID|i)[ \t]*:[ \t]*([^\r\n]+)/i
const DAY_MS = 86_400_000

/** @returns undefined for frames that carry no message of the wire */
export function readFrame(frame: string, now: number): TraceRecord | undefined {
  const end = frame.indexOf('\r\n')
  if (end === -1) return undefined
  const token = frame.slice(0, end).split('|')
  const text = frame.slice(end + 2)
  const received = token[1] === 'sip' && token[2] === 'network'
  // What the server made up itself (a timeout, say) never was on the wire: its size is 0.
  if (received ? token[3] === '0' : !(token[1] === 'response' && token[3] === 'OK' && token[4] === 'application')) return undefined
  const shift = received ? 0 : 2
  const address = token[5 + shift] ?? ''
  if (address === '') return undefined
  return {
    at: momentOf(token[7 + shift] ?? '', now),
    direction: received ? 'in' : 'out',
    transport: token[4 + shift] || (/\/(udp|tcp|tls|wss?)[ \t]/i.exec(text)?.[1]?.toLowerCase() ?? 'udp'),
    peer: formatHostPort(address, Number(token[6 + shift])),
    local: received && token[10] && token[11] ? formatHostPort(token[10], Number(token[11])) : '',
    callId: CALL_ID.exec(text)?.[1]?.trim() ?? '',
    repeat: false,
    text,
  }
}

/** `HH:MM:SS.uuuuuu` of today (UTC) as milliseconds since the epoch; yesterday's just after midnight. */
function momentOf(time: string, now: number): number {
  const match = /^(\d\d):(\d\d):(\d\d)(\.\d+)?$/.exec(time)
  if (!match) return now
  const ofDay = ((Number(match[1]) * 60 + Number(match[2])) * 60 + Number(match[3]) + Number(match[4] ?? 0)) * 1000
  const moment = now - (now % DAY_MS) + ofDay
  if (moment - now > DAY_MS / 2) return moment - DAY_MS
  return now - moment > DAY_MS / 2 ? moment + DAY_MS : moment
}
