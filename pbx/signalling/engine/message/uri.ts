/** URIs, addresses and their parameters (RFC 3261 §19.1, §20.10), by plain scanning: no expression that a peer's text could make slow. */
import { splitHostPort } from './host.ts'

export interface Uri {
  /** Lower case. */
  scheme: string
  /** With password, undecoded; undefined when absent. */
  user: string | undefined
  host: string
  /** 0 when absent. */
  port: number
  /** `;name=value…` as written, or empty. */
  params: string
}

/** A sip or sips URI; undefined for anything else. */
export function parseSipUri(text: string): Uri | undefined {
  const colon = text.indexOf(':')
  if (colon < 3 || colon > 4) return undefined
  const scheme = text.slice(0, colon).toLowerCase()
  if (scheme !== 'sip' && scheme !== 'sips') return undefined
  const question = text.indexOf('?', colon)
  const end = question === -1 ? text.length : question
  // The user part may hold ';' and '?' (RFC 3261 §19.1.1): look for '@' first.
  const at = text.indexOf('@', colon)
  const hostStart = at === -1 ? colon + 1 : at + 1
  const stop = end < hostStart ? afterHost(text, hostStart, '?') : end
  const semicolon = text.indexOf(';', hostStart)
  const hostEnd = semicolon === -1 || semicolon > stop ? stop : semicolon
  const split = splitHostPort(text.slice(hostStart, hostEnd))
  if (!split) return undefined
  return {
    scheme, user: at === -1 ? undefined : text.slice(colon + 1, at), host: split.host, port: split.port,
    params: semicolon === -1 || semicolon > stop ? '' : text.slice(semicolon, stop),
  }
}

/** Whether what is sent to this URI may go over nothing but TLS (RFC 3261 §26.2.2). */
export function isSips(uri: string): boolean {
  return /^sips:/i.test(uri)
}

function afterHost(text: string, from: number, mark: string): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? text.length : found
}

/**
 * The value of `;name=value` in a parameter string that starts with `;`. Empty for a flag,
 * undefined when absent. Names compare without case; quotes around a value are kept.
 */
export function parameter(params: string, name: string): string | undefined {
  let start = params.indexOf(';')
  while (start !== -1) {
    let end = params.length
    let equals = -1
    let quoted = false
    for (let i = start + 1; i < params.length; i++) {
      const code = params.charCodeAt(i)
      if (code === 34) quoted = !quoted
      else if (quoted) {
        if (code === 92) i++
      } else if (code === 59) {
        end = i
        break
      } else if (code === 61 && equals === -1) equals = i
    }
    const nameEnd = equals === -1 ? end : equals
    if (sameName(params, start + 1, nameEnd, name)) return equals === -1 ? '' : params.slice(equals + 1, end).trim()
    start = end < params.length ? end : -1
  }
  return undefined
}

/** The parameters of `;a;b="x;y"`, undecoded; an empty one at the end when a quote is never closed. */
export function splitAtSemicolons(params: string): string[] {
  const parts: string[] = []
  let start = 1
  let quoted = false
  for (let i = 1; i < params.length; i++) {
    const code = params.charCodeAt(i)
    if (code === 34) quoted = !quoted
    else if (quoted && code === 92) i++
    else if (code === 59 && !quoted) {
      parts.push(params.slice(start, i))
      start = i + 1
    }
  }
  parts.push(params.slice(start))
  if (quoted) parts.push('')
  return parts
}

function sameName(text: string, from: number, to: number, name: string): boolean {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  if (end - start !== name.length) return false
  for (let i = 0; i < name.length; i++) {
    const code = text.charCodeAt(start + i)
    if (code !== name.charCodeAt(i) && (code | 32) !== name.charCodeAt(i)) return false
  }
  return true
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** The URI of a name-addr or addr-spec and the header parameters after it (`;tag=…`). Undefined when malformed. */
export function splitAddress(value: string): { uri: string; params: string; open: number } | undefined {
  let from = 0
  if (value.charCodeAt(0) === 34) {
    from = closingQuote(value, 0) + 1
    if (from === 0) return undefined
  }
  const open = value.indexOf('<', from)
  if (open === -1) {
    if (from > 0) return undefined
    // Without brackets the parameters are the header's, never the URI's (RFC 3261 §20.10).
    const semicolon = value.indexOf(';')
    return { uri: (semicolon === -1 ? value : value.slice(0, semicolon)).trim(), params: semicolon === -1 ? '' : value.slice(semicolon), open: -1 }
  }
  const close = value.indexOf('>', open)
  if (close === -1) return undefined
  return { uri: value.slice(open + 1, close), params: value.slice(close + 1), open }
}

function closingQuote(value: string, open: number): number {
  for (let i = open + 1; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i
  }
  return -1
}

/** The `tag` of a From or To value: empty when there is none, undefined when the value is malformed. */
export function readTag(value: string): string | undefined {
  const address = splitAddress(value)
  if (address === undefined || address.uri.length === 0) return undefined
  return address.params.length > 0 ? (parameter(address.params, 'tag') ?? '') : ''
}

/** The `tag` of a From or To value; empty when there is none. */
export function tagOf(value: string): string {
  return readTag(value) ?? ''
}

/** Splits a header value at commas outside quotes and angle brackets. */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return value.length === 0 ? [] : [value.trim()]
  const parts: string[] = []
  let start = 0
  let quoted = false
  let angle = false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (quoted) {
      if (code === 92) i++
      else if (code === 34) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 60) angle = true
    else if (code === 62) angle = false
    else if (code === 44 && !angle) {
      parts.push(value.slice(start, i).trim())
      start = i + 1
    }
  }
  parts.push(value.slice(start).trim())
  return parts.filter((part) => part.length > 0)
}
