/**
 * SIP and tel URIs (RFC 3261 §19.1, RFC 3966). Reading is lenient where phones are sloppy and
 * never throws; writing is strict.
 */
import type { SipUri } from './types.ts'

const NO_PARAMS: ReadonlyMap<string, string> = new Map()
const SCHEME = /^(sips?|tel):/i
// Anything a header or a start line could be broken with, and blanks, which no URI holds.
const FORBIDDEN = /[\x00-\x20\x7f<>"]/
const HOST = /^(?:[A-Za-z0-9][A-Za-z0-9._-]*(?<!-)|\[[0-9a-fA-F:.]+\])$/
const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
/** RFC 3261 §25.1 user = unreserved / user-unreserved; the rest is written %HH. */
const NOT_IN_USER = /[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/gu

/** A longer one is no address of a phone but an attempt on the memory. */
const LONGEST = 2048

/** Undoes %HH; text that is no valid escape, or no UTF-8, stays as it is. */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Writes a user part so that it is read back as the same. */
export function escapeUser(user: string): string {
  return user.replace(NOT_IN_USER, (character) => encodeURIComponent(character.toWellFormed()))
}

/** `;a=b;c` as a map by lower-case name; a flag has the value ''. The first of two with one name wins. */
export function parseParams(text: string): ReadonlyMap<string, string> {
  if (text === '') return NO_PARAMS
  const params = new Map<string, string>()
  for (const part of text.split(';')) {
    const equals = part.indexOf('=')
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (name !== '' && !params.has(name)) params.set(name, equals === -1 ? '' : part.slice(equals + 1).trim())
  }
  return params
}

/** @returns undefined when `text` is no sip, sips or tel URI */
export function parseUri(text: string): SipUri | undefined {
  if (text.length > LONGEST || FORBIDDEN.test(text) || !text.isWellFormed()) return undefined
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase() as SipUri['scheme'] | undefined
  if (scheme === undefined) return undefined
  let rest = text.slice(scheme.length + 1)
  if (scheme === 'tel') return parseTel(rest)

  // The userinfo may hold ; and ? (§25.1), so it is cut off first.
  const at = rest.indexOf('@')
  let user: string | undefined
  if (at !== -1) {
    const userinfo = rest.slice(0, at)
    const colon = userinfo.indexOf(':')
    // A password in a URI is not recommended (§19.1.1) and is not kept.
    user = unescapeUri(colon === -1 ? userinfo : userinfo.slice(0, colon))
    if (user === '') return undefined
    rest = rest.slice(at + 1)
  }
  const question = rest.indexOf('?')
  const headers = question === -1 ? undefined : rest.slice(question + 1)
  if (question !== -1) rest = rest.slice(0, question)
  const semicolon = rest.indexOf(';')
  const params = semicolon === -1 ? NO_PARAMS : parseParams(rest.slice(semicolon + 1))
  const hostport = splitHostPort(semicolon === -1 ? rest : rest.slice(0, semicolon))
  if (hostport === undefined) return undefined
  return { scheme, user, host: hostport.host, port: hostport.port, params, headers }
}

function parseTel(rest: string): SipUri | undefined {
  const semicolon = rest.indexOf(';')
  const number = semicolon === -1 ? rest : rest.slice(0, semicolon)
  if (number === '') return undefined
  const params = semicolon === -1 ? NO_PARAMS : parseParams(rest.slice(semicolon + 1))
  return { scheme: 'tel', user: unescapeUri(number), host: '', port: undefined, params, headers: undefined }
}

/** `host`, `host:port` or `[v6]:port`; the host comes back in lower case. */
export function splitHostPort(text: string): { host: string; port: number | undefined } | undefined {
  const colon = text.startsWith('[') ? text.indexOf(':', text.indexOf(']')) : text.indexOf(':')
  const host = colon === -1 ? text : text.slice(0, colon)
  if (!HOST.test(host)) return undefined
  if (colon === -1) return { host: host.toLowerCase(), port: undefined }
  const digits = text.slice(colon + 1)
  if (!/^\d{1,5}$/.test(digits)) return undefined
  const port = Number(digits)
  return port > 0 && port < 65536 ? { host: host.toLowerCase(), port } : undefined
}

export function formatUri(uri: SipUri): string {
  let text = `${uri.scheme}:`
  // In a tel URI a semicolon always begins a parameter (RFC 3966 §3).
  if (uri.scheme === 'tel') text += escapeUser(uri.user ?? '').replaceAll(';', '%3B')
  else {
    if (uri.user !== undefined) text += `${escapeUser(uri.user)}@`
    text += uri.host
    if (uri.port !== undefined) text += `:${uri.port}`
  }
  for (const [name, value] of uri.params) text += value === '' ? `;${name}` : `;${name}=${value}`
  return uri.headers === undefined ? text : `${text}?${uri.headers}`
}

/** Whether a host is an address and not a name: IPv4, or IPv6 in brackets. */
export function isIpLiteral(host: string): boolean {
  return host.startsWith('[') || IPV4.test(host)
}

/** `host:port` with brackets around IPv6. */
export function formatHostPort(address: string, port: number): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]:${port}` : `${address}:${port}`
}

/** The host of `host:port`, also of `[v6]:port`, as it is without brackets. */
export function hostPart(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}
