/** Header values on their way in and out of srf. */
import type { SrfMessage } from './srf-types.ts'

/** What we do inside and outside dialogs (RFC 3261 §20.5). */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, PRACK, REFER, SUBSCRIBE, NOTIFY, MESSAGE, PUBLISH'

/** Methods that make sense in a call with us. */
export const ALLOW_IN_DIALOG = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, SUBSCRIBE, NOTIFY'

// srf knows ten compact forms, one of them wrongly: Content-Encoding comes out as Contact-Encoding.
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'content-encoding': 'contact-encoding',
  event: 'o',
  'refer-to': 'r',
  'referred-by': 'b',
  'allow-events': 'u',
  'session-expires': 'x',
  identity: 'y',
}

/** Extensions we have, which others may require (RFC 3261 §20.32, §20.37). */
export const EXTENSIONS: readonly string[] = ['timer', 'replaces', 'norefersub', '100rel']
export const SUPPORTED = EXTENSIONS.join(', ')

/** And that of subscriptions (RFC 4662). */
export const SUBSCRIBE_EXTENSIONS: readonly string[] = [...EXTENSIONS, 'eventlist']

/** Those of our registrar (RFC 3327, RFC 5626, RFC 5627). */
export const REGISTRAR_EXTENSIONS: readonly string[] = ['path', 'outbound', 'gruu']

/** Whether a Supported or Require names an extension. */
export function namesExtension(value: string | undefined, tag: string): boolean {
  return value !== undefined && value.split(',').some((one) => one.trim().toLowerCase() === tag)
}

/** The value of a header, repeated ones joined with a comma; without srf's own lookup, which walks all headers. */
export function readHeader(message: SrfMessage, name: string): string | undefined {
  const lower = name.toLowerCase()
  const headers = message.headers
  if (Object.hasOwn(headers, lower)) return headers[lower]
  const other = OTHER_NAMES[lower]
  if (other !== undefined) return Object.hasOwn(headers, other) ? headers[other] : undefined
  // srf keeps the letter case of extension headers.
  if (!lower.startsWith('x-') && !lower.startsWith('p-') && lower !== 'diversion') return undefined
  for (const key of Object.keys(headers)) if (key.toLowerCase() === lower) return headers[key]
  return undefined
}

/**
 * Headers as srf is to send them. A line break in a value would start a header of its own, so it
 * becomes a blank. Challenges must stay on lines of their own (RFC 3261 §7.3.1), yet srf can only
 * join values with a comma: the line break between them is put in here.
 */
export function writeHeaders(headers: Readonly<Record<string, string | readonly string[]>>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined) continue
    out[name] = typeof value === 'string' ? oneLine(value) : value.map(oneLine).join(`\r\n${name}: `)
  }
  return out
}

function oneLine(value: string): string {
  return /[\x00\r\n]/.test(value) ? value.replace(/[\x00\r\n]+/g, ' ') : value
}

/** A Reason header (RFC 3326) from one already written, or from a sentence. */
export function writeReason(reason: string): string {
  const value = oneLine(reason)
  return /^[A-Za-z0-9.]+\s*;/.test(value) ? value : `SIP;cause=200;text="${value.replace(/["\\]/g, '\\$&')}"`
}

/** What a Reason header (RFC 3326) says in words: its text, else the whole. */
export function readReason(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  return /text="((?:[^"\\]|\\.)*)"/i.exec(value)?.[1]?.replace(/\\(.)/g, '$1') || value
}

/**
 * The transport a request came over. A drachtio-server often says none, and says tcp of a WebSocket: then the topmost
 * Via tells. What the engine does say is believed before the peer.
 */
export function transportOf(protocol: string, message: SrfMessage): 'udp' | 'tcp' | 'tls' | 'ws' | 'wss' {
  const told = protocol.toLowerCase()
  if (told === 'udp' || told === 'tls' || told === 'ws' || told === 'wss') return told
  const name = /^\s*SIP\s*\/\s*2\.0\s*\/\s*(\w+)/i.exec(readHeader(message, 'via') ?? '')?.[1]?.toLowerCase()
  if (told === 'tcp') return name === 'ws' || name === 'wss' ? name : 'tcp'
  return name === 'tcp' || name === 'tls' || name === 'ws' || name === 'wss' ? name : 'udp'
}
