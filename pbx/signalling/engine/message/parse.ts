/**
 * The lenient reader: one pass over the header lines, values undecoded but for the ones every layer
 * needs (Via, From, To, Call-ID, CSeq). Never throws; what it refuses it refuses with a reason.
 */
import { digits } from './host.ts'
import type { SipMessage } from './message.ts'
import { fullName, isToken } from './names.ts'
import { parseSipUri, readTag } from './uri.ts'
import { parseVia, type Via } from './via.ts'

export type Parsed =
  | { kind: 'message'; message: SipMessage }
  /**
   * Cannot be used. `message` is there when a way back could be read, to answer it with `status`.
   * `framed`: it is sure where it ends, so that what follows it on a stream can be read.
   */
  | { kind: 'bad'; reason: string; status: number; message: SipMessage | undefined; framed: boolean }
  /** Not SIP at all (a keep-alive, a stray datagram): to be ignored. */
  | { kind: 'noise' }

/** More header lines than this are refused with 400, so that no message can be slow to read. */
export const HEADER_LINES_MAX = 400

export interface Head {
  startLine: string
  names: string[]
  values: string[]
  /** Offset of the first byte of the body; -1 when the blank line is missing. */
  bodyStart: number
  tidy: boolean
  viaStart: number
  /** Lines that are no header at all. */
  junk: number
  tooMany: boolean
}

/** Indexes the start line and the header lines from `start` on. */
export function indexHead(text: string, start: number): Head {
  const names: string[] = []
  const values: string[] = []
  const lineEnd = text.indexOf('\n', start)
  const head: Head = { startLine: '', names, values, bodyStart: -1, tidy: true, viaStart: -1, junk: 0, tooMany: false }
  if (lineEnd === -1) {
    head.startLine = text.slice(start)
    return head
  }
  const carriage = text.charCodeAt(lineEnd - 1) === 13
  head.startLine = text.slice(start, carriage ? lineEnd - 1 : lineEnd)
  if (!carriage) head.tidy = false
  let position = lineEnd + 1
  while (position < text.length) {
    let end = text.indexOf('\n', position)
    const unended = end === -1
    if (unended) end = text.length
    let stop = end
    if (!unended && text.charCodeAt(end - 1) === 13 && end > position) stop = end - 1
    else head.tidy = false
    if (stop === position) {
      head.bodyStart = Math.min(end + 1, text.length)
      return head
    }
    if (names.length + head.junk >= HEADER_LINES_MAX) {
      head.tooMany = true
      return head
    }
    readLine(text, position, stop, head)
    position = end + 1
  }
  return head
}

function readLine(text: string, position: number, stop: number, head: Head): void {
  const { names, values } = head
  const first = text.charCodeAt(position)
  if (first === 32 || first === 9) {
    // RFC 3261 §7.3.1: a folded line continues the value before it.
    head.tidy = false
    const last = values.length - 1
    if (last >= 0) values[last] = `${values[last]} ${trimmed(text, position, stop)}`.trim()
    else head.junk++
    return
  }
  const colon = text.indexOf(':', position)
  if (colon === -1 || colon >= stop) {
    head.junk++
    head.tidy = false
    return
  }
  let nameEnd = colon
  while (nameEnd > position && (text.charCodeAt(nameEnd - 1) === 32 || text.charCodeAt(nameEnd - 1) === 9)) nameEnd--
  const name = fullName(text.slice(position, nameEnd))
  if (name === undefined) {
    head.junk++
    head.tidy = false
    return
  }
  if (nameEnd !== colon || nameEnd - position === 1) head.tidy = false
  let from = colon + 1
  while (from < stop && (text.charCodeAt(from) === 32 || text.charCodeAt(from) === 9)) from++
  let to = stop
  while (to > from && (text.charCodeAt(to - 1) === 32 || text.charCodeAt(to - 1) === 9)) to--
  if (head.viaStart === -1 && name === 'via') head.viaStart = from
  names.push(name)
  values.push(text.slice(from, to))
}

function trimmed(text: string, from: number, to: number): string {
  return text.slice(from, to).trim()
}

/** Where the start line begins: line ends before it are skipped (RFC 3261 §7.5). */
export function skipLineEnds(text: string, from = 0): number {
  let start = from
  while (start < text.length && (text.charCodeAt(start) === 13 || text.charCodeAt(start) === 10)) start++
  return start
}

const NO_VIA: Via = { transport: '', host: '', port: 0, branch: '', rport: undefined, received: undefined, maddr: undefined, flawed: false, length: 0 }

/**
 * @param text one whole datagram, or one message cut out of a stream, one character a byte
 */
export function parseMessage(text: string): Parsed {
  const start = skipLineEnds(text)
  if (start === text.length) return { kind: 'noise' }
  const head = indexHead(text, start)
  const message: SipMessage = {
    request: true, method: '', uri: '', status: 0, reason: '', names: head.names, values: head.values, body: '', raw: '', tidy: head.tidy,
    viaStart: head.viaStart - start, via: NO_VIA, callId: '', cseq: 0, cseqMethod: '', from: '', to: '', fromTag: '', toTag: '',
  }
  const line = readStartLine(head.startLine, message)
  if (line === 'noise') return { kind: 'noise' }
  const core = readCore(message)
  const unframed = head.bodyStart === -1 ? 'No blank line after the headers' : readBody(text, start, head, message)
  // What stands beyond too many lines was not read, and is not missed.
  const problem = line?.reason ?? (head.tooMany ? 'Too many header lines' : (core ?? unframed ?? (head.junk > 8 ? 'Too many lines that are no header' : undefined)))
  if (problem === undefined) return { kind: 'message', message }
  const answerable = message.request && message.via !== NO_VIA
  return { kind: 'bad', reason: problem, status: line?.status ?? 400, message: answerable ? message : undefined, framed: unframed === undefined }
}

/** Cuts the body out; the reason when it cannot be said where it ends. */
function readBody(whole: string, from: number, { bodyStart }: Head, into: SipMessage): string | undefined {
  const rest = whole.length - bodyStart
  let length = rest
  const at = into.names.indexOf('content-length')
  if (at !== -1) {
    const stated = digits(into.values[at] as string)
    if (stated === undefined) return 'Malformed Content-Length'
    const again = into.names.indexOf('content-length', at + 1)
    if (again !== -1 && into.values[again] !== into.values[at]) return 'Two different Content-Lengths'
    // RFC 3261 §18.3: a datagram shorter than its Content-Length is malformed; what is longer is cut.
    if (stated > rest) return 'Body shorter than Content-Length'
    length = stated
  } else if (rest > 0) {
    into.tidy = false
  }
  into.raw = from === 0 && length === rest ? whole : whole.slice(from, bodyStart + length)
  into.body = length === 0 ? '' : whole.slice(bodyStart, bodyStart + length)
  return undefined
}

/** Undefined when fine. */
function readStartLine(line: string, message: SipMessage): 'noise' | { reason: string; status: number } | undefined {
  if (line.startsWith('SIP/2.0 ') || line.slice(0, 8).toLowerCase() === 'sip/2.0 ') {
    message.request = false
    const code = digits(line.slice(8, 11))
    if (code === undefined || code < 100 || code > 699 || (line.length > 11 && line.charCodeAt(11) !== 32)) return { reason: 'Malformed status line', status: 400 }
    message.status = code
    message.reason = line.slice(12)
    return undefined
  }
  if (line.slice(0, 4).toLowerCase() === 'sip/') {
    message.request = false
    return { reason: 'Malformed status line', status: 400 }
  }
  const first = line.indexOf(' ')
  const last = line.lastIndexOf(' ')
  if (first <= 0) return 'noise'
  const version = line.slice(last + 1)
  message.method = line.slice(0, first)
  if (!isToken(message.method)) return 'noise'
  const uri = line.slice(first + 1, last > first ? last : line.length)
  message.uri = uri
  if (version !== 'SIP/2.0' && version.toLowerCase() !== 'sip/2.0') {
    if (last === line.length - 1) return { reason: 'Malformed request line', status: 400 }
    return version.slice(0, 4).toLowerCase() === 'sip/' ? { reason: 'Version Not Supported', status: 505 } : 'noise'
  }
  return first === last || !mayBeRequestUri(uri) ? { reason: 'Malformed Request-URI', status: 400 } : undefined
}

/** Of a sip URI all parts must be there but header fields, which belong in no Request-URI (RFC 3261 §19.1.1 table 1); of others only the form is looked at. */
function mayBeRequestUri(uri: string): boolean {
  const colon = uri.indexOf(':')
  if (colon <= 0 || uri.includes(' ') || uri.includes('<') || uri.includes('>') || uri.includes('"')) return false
  if ((colon !== 3 && colon !== 4) || !/^sips?:/i.test(uri)) return true
  return uri.indexOf('?', uri.indexOf('@')) === -1 && parseSipUri(uri) !== undefined
}

/** Decodes what every layer needs; the reason when something is missing, doubled or malformed. Of what is doubled the first counts. */
function readCore(message: SipMessage): string | undefined {
  const { names, values } = message
  let problem: string | undefined
  for (let i = 0; i < names.length; i++) {
    const value = values[i] as string
    switch (names[i]) {
      case 'via':
        if (message.via === NO_VIA && names.indexOf('via') === i) message.via = parseVia(value) ?? NO_VIA
        break
      case 'from':
        if (message.from !== '') problem = 'More than one From'
        else problem = readFrom(message, value) ?? problem
        break
      case 'to':
        if (message.to !== '') problem = 'More than one To'
        else problem = readTo(message, value) ?? problem
        break
      case 'call-id':
        if (message.callId !== '') problem = 'More than one Call-ID'
        else message.callId = value
        // No character of a Call-ID or a tag (§25.1), and the control wire's own separator.
        if (value.includes('|')) problem = 'Malformed Call-ID'
        break
      case 'cseq':
        if (message.cseqMethod !== '') problem = 'More than one CSeq'
        else problem = readCSeq(message, value) ?? problem
        break
      case 'max-forwards': {
        const hops = digits(value)
        if (message.request && (hops === undefined || hops > 255)) problem = 'Malformed Max-Forwards'
        break
      }
    }
  }
  if (message.via === NO_VIA) return names.includes('via') ? 'Malformed Via' : 'No Via'
  if (message.callId === '') return 'No Call-ID'
  if (message.from === '') return 'No From'
  if (message.to === '') return 'No To'
  if (message.cseqMethod === '') return names.includes('cseq') ? 'Malformed CSeq' : 'No CSeq'
  if (problem !== undefined) return problem
  if (message.via.flawed) return 'Malformed Via'
  if (message.request && message.cseqMethod !== message.method) return 'CSeq names another method'
  return undefined
}

function readFrom(message: SipMessage, value: string): string | undefined {
  const tag = readTag(value)
  message.from = value
  message.fromTag = tag ?? ''
  return isFlawed(message, tag) ? 'Malformed From' : undefined
}

function readTo(message: SipMessage, value: string): string | undefined {
  const tag = readTag(value)
  message.to = value
  message.toTag = tag ?? ''
  return isFlawed(message, tag) ? 'Malformed To' : undefined
}

/** A response that has our own From and To a little wrong is better than none. */
function isFlawed(message: SipMessage, tag: string | undefined): boolean {
  return message.request && (tag === undefined || tag.includes('|'))
}

function readCSeq(message: SipMessage, value: string): string | undefined {
  const blank = firstBlank(value)
  if (blank === -1) return 'Malformed CSeq'
  const number = digits(value.slice(0, blank))
  message.cseqMethod = value.slice(blank + 1).trim()
  message.cseq = number ?? 0
  // RFC 3261 §8.1.1.5: below 2^31.
  return number === undefined || number > 0x7fffffff ? 'Malformed CSeq' : undefined
}

function firstBlank(value: string): number {
  const space = value.indexOf(' ')
  const tab = value.indexOf('\t')
  return tab === -1 ? space : space === -1 ? tab : Math.min(space, tab)
}
