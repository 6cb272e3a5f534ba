/** The strict writer. */
import { header, type Headers, type SipMessage } from './message.ts'
import { wireName } from './names.ts'

/** @param lines header lines without line ends, in order, without Content-Length */
export function writeMessage(startLine: string, lines: readonly string[], body: string): string {
  return `${startLine}\r\n${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** The message for an application: as received when that is tidy, else written anew with full names and CRLF. */
export function handOn(message: SipMessage): string {
  if (message.tidy) return message.raw
  const startLine = message.request ? `${message.method} ${message.uri} SIP/2.0` : `SIP/2.0 ${message.status} ${message.reason}`
  const lines: string[] = []
  message.names.forEach((name, i) => {
    if (name !== 'content-length') lines.push(`${wireName(name)}: ${message.values[i]}`)
  })
  return writeMessage(startLine, lines, message.body)
}

/** Appends `Name: value` for every line of `name` in `from`. */
export function copyHeader(lines: string[], from: Headers, name: string, spelled: string): void {
  for (let at = from.names.indexOf(name); at !== -1; at = from.names.indexOf(name, at + 1)) lines.push(`${spelled}: ${from.values[at]}`)
}

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying', 180: 'Ringing', 181: 'Call Is Being Forwarded', 183: 'Session Progress', 200: 'OK', 400: 'Bad Request', 401: 'Unauthorized', 405: 'Method Not Allowed',
  408: 'Request Timeout', 413: 'Request Entity Too Large', 416: 'Unsupported URI Scheme', 420: 'Bad Extension', 422: 'Session Interval Too Small', 430: 'Flow Failed', 440: 'Max-Breadth Exceeded', 480: 'Temporarily Unavailable', 481: 'Call/Transaction Does Not Exist', 482: 'Loop Detected', 483: 'Too Many Hops',
  487: 'Request Terminated', 491: 'Request Pending', 500: 'Server Internal Error', 501: 'Not Implemented', 503: 'Service Unavailable',
  505: 'Version Not Supported', 513: 'Message Too Large',
}

export function reasonPhrase(status: number): string {
  return REASONS[status] ?? 'Unknown'
}

/**
 * A response to `request` (RFC 3261 §8.2.6): Via, From, To with our tag, Call-ID, CSeq.
 * @param extra further header lines
 */
export function writeResponse(request: SipMessage, status: number, reason: string, toTag: string, extra: readonly string[] = [], body = ''): string {
  const lines: string[] = []
  copyHeader(lines, request, 'via', 'Via')
  lines.push(`From: ${request.from}`, `To: ${withTag(request, toTag)}`, `Call-ID: ${request.callId}`, `CSeq: ${request.cseq} ${request.cseqMethod}`)
  for (const line of extra) lines.push(line)
  return writeMessage(`SIP/2.0 ${status} ${reason}`, lines, body)
}

/** A response to what is too broken to be understood: what it has of the header fields a response repeats, as they came, so that its sender may know it again. */
export function writeRefusal(request: SipMessage, status: number, reason: string, toTag: string, extra: readonly string[] = []): string {
  const lines: string[] = []
  copyHeader(lines, request, 'via', 'Via')
  if (request.from !== '') lines.push(`From: ${request.from}`)
  if (request.to !== '') lines.push(`To: ${withTag(request, toTag)}`)
  if (request.callId !== '') lines.push(`Call-ID: ${request.callId}`)
  const cseq = header(request, 'cseq')
  if (cseq !== undefined) lines.push(`CSeq: ${cseq}`)
  return writeMessage(`SIP/2.0 ${status} ${reason}`, [...lines, ...extra], '')
}

/** The To value of a response: the request's, with our tag when it had none. */
export function withTag(request: SipMessage, toTag: string): string {
  return toTag === '' || request.toTag !== '' ? request.to : `${request.to};tag=${toTag}`
}
