/** The topmost Via (RFC 3261 §20.42): read leniently, completed with where the request really came from (RFC 3581). */
import { splitHostPort, unbracket } from './host.ts'
import { isToken } from './names.ts'
import { splitAtSemicolons } from './uri.ts'

export interface Via {
  /** Upper case: UDP, TCP, TLS … */
  transport: string
  host: string
  /** 0 when absent. */
  port: number
  branch: string
  /** Undefined: not asked for. Empty: asked for. */
  rport: string | undefined
  received: string | undefined
  maddr: string | undefined
  /** Separators with nothing between them, or a quote without end: it can be answered, but is malformed (RFC 3261 §25.1). */
  flawed: boolean
  /** Length of this element in the header value; the rest of the value holds further hops. */
  length: number
}

/** No Via of a sane peer is longer; a longer one is refused so that no scan is. */
const LONGEST = 4096

/** The first element of a Via value, or undefined when it is malformed. */
export function parseVia(value: string): Via | undefined {
  if (value.length > LONGEST) return undefined
  const comma = value.indexOf(',')
  const length = comma === -1 ? value.length : elementEnd(value, comma)
  let text = length === value.length ? value : value.slice(0, length)
  if (!text.startsWith('SIP/2.0/') || text.includes(' ;') || text.includes('; ') || text.includes(' :') || text.includes(': ') || text.includes('\t')) {
    text = text.replace(/[ \t]+/g, ' ').replace(/ ?([/;:=]) ?/g, '$1')
    // Another version is told by the start line, and must be answered (§21.5.6).
    if (!/^sip\/\d\.\d\//i.test(text)) return undefined
  }
  const space = text.indexOf(' ', 8)
  if (space <= 8 || !isToken(text.slice(8, space))) return undefined
  const semicolon = text.indexOf(';', space)
  const sentBy = text.slice(space + 1, semicolon === -1 ? text.length : semicolon).trim()
  const params = semicolon === -1 ? '' : text.slice(semicolon)
  const split = splitHostPort(sentBy)
  if (!split) return undefined
  const via: Via = {
    transport: text.slice(8, space).toUpperCase(), host: split.host, port: split.port, branch: '', rport: undefined, received: undefined, maddr: undefined,
    flawed: length < value.length && (value.endsWith(',') || /,[ \t]*,/.test(value.slice(length))), length,
  }
  readParameters(via, params)
  return via
}

function readParameters(via: Via, params: string): void {
  if (params.includes('"')) {
    for (const part of splitAtSemicolons(params)) readParameter(via, part)
    return
  }
  // One message in, one Via read: no list is made for it.
  for (let start = 0; start !== -1 && start < params.length; ) {
    const next = params.indexOf(';', start + 1)
    readParameter(via, next === -1 ? params.slice(start + 1) : params.slice(start + 1, next))
    start = next
  }
}

/** Of two of one name the first counts. */
function readParameter(via: Via, part: string): void {
  const equals = part.indexOf('=')
  const value = equals === -1 ? '' : part.slice(equals + 1).trim()
  switch ((equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase()) {
    case 'branch':
      via.branch ||= value
      break
    case 'rport':
      via.rport ??= value
      break
    case 'received':
      via.received ??= value
      break
    case 'maddr':
      via.maddr ??= value
      break
    case '':
      if (equals === -1) via.flawed = true
  }
}

/** A comma inside quotes ends nothing. */
function elementEnd(value: string, comma: number): number {
  let quoted = false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === 34) quoted = !quoted
    else if (code === 92 && quoted) i++
    else if (code === 44 && !quoted && i >= comma) return i
  }
  return value.length
}

/**
 * The element with `received` and `rport` filled in (RFC 3261 §18.2.1, RFC 3581 §4):
 * `received` when the host differs from the source or rport was asked for, `rport` when asked for.
 * Values the peer wrote there itself are replaced.
 */
export function completeVia(element: string, via: Via, address: string, port: number): string {
  const asked = via.rport !== undefined
  const needsReceived = asked || unbracket(via.host) !== address
  if (!needsReceived && via.received === undefined) return element
  let text = element
  if (asked) text = replaceParameter(text, 'rport', String(port))
  if (via.received !== undefined) return replaceParameter(text, 'received', address)
  return `${text};received=${address}`
}

function replaceParameter(element: string, name: string, value: string): string {
  if (element.includes('"')) {
    // What stands inside quotes is no parameter.
    const params = element.indexOf(';')
    const parts = splitAtSemicolons(element.slice(params)).map((part) => ((part.split('=', 1)[0] as string).trim().toLowerCase() === name ? `${name}=${value}` : part))
    return `${element.slice(0, params)};${parts.join(';')}`
  }
  return element.replace(new RegExp(`;[ \\t]*${name}(?![\\w-])(?:[ \\t]*=[ \\t]*[^;,\\s]*)?`, 'i'), `;${name}=${value}`)
}
