/** Name-addr and addr-spec with header parameters (RFC 3261 §20.10, §25.1): From, To, Contact and the like. */
import type { SipAddress } from './types.ts'
import { parseParams, parseUri } from './uri.ts'

/** An address as it was read, with the URI also in its own spelling: a contact is given back as it was registered. */
export interface ReadAddress extends SipAddress {
  uriText: string
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map()

/** @returns undefined when `text` is not exactly one address */
export function parseAddress(text: string): ReadAddress | undefined {
  const angle = findOutsideQuotes(text, '<', 0)
  if (angle === -1) return parseBareAddress(text)
  const close = text.indexOf('>', angle)
  if (close === -1) return undefined
  const uriText = text.slice(angle + 1, close).trim()
  const uri = parseUri(uriText)
  if (uri === undefined) return undefined
  const after = text.slice(close + 1).trim()
  if (after !== '' && !after.startsWith(';')) return undefined
  return { displayName: parseDisplayName(text.slice(0, angle)), uri, params: after === '' ? NO_PARAMS : parseHeaderParams(after), uriText }
}

/** Without angle brackets everything after the first `;` belongs to the header, not to the URI (§20.10). */
function parseBareAddress(text: string): ReadAddress | undefined {
  const trimmed = text.trim()
  const at = trimmed.indexOf('@')
  const semicolon = trimmed.indexOf(';', at === -1 ? 0 : at)
  const uriText = (semicolon === -1 ? trimmed : trimmed.slice(0, semicolon)).trim()
  const uri = parseUri(uriText)
  if (uri === undefined) return undefined
  const params = semicolon === -1 ? NO_PARAMS : parseHeaderParams(trimmed.slice(semicolon))
  return { displayName: undefined, uri, params, uriText }
}

/** The comma-separated addresses of one header; undefined when any of them is malformed. */
export function parseAddressList(text: string): ReadAddress[] | undefined {
  const list: ReadAddress[] = []
  for (const part of splitOutside(text, ',')) {
    // An empty element between commas is allowed by the list rule of the older grammar and means nothing.
    if (part.trim() === '') continue
    const address = parseAddress(part)
    if (address === undefined) return undefined
    list.push(address)
  }
  return list.length === 0 ? undefined : list
}

function parseHeaderParams(text: string): ReadonlyMap<string, string> {
  if (!text.includes('"')) return parseParams(text)
  const params = new Map<string, string>()
  for (const part of splitOutside(text, ';')) {
    const equals = part.indexOf('=')
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (name === '' || params.has(name)) continue
    const value = equals === -1 ? '' : part.slice(equals + 1).trim()
    params.set(name, value.startsWith('"') ? unquote(value) : value)
  }
  return params
}

function parseDisplayName(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  return (trimmed.startsWith('"') ? unquote(trimmed) : trimmed) || undefined
}

/** The text inside a quoted-string, its escapes undone; a missing end quote is forgiven. */
export function unquote(text: string): string {
  if (!text.startsWith('"')) return text
  const end = text.length > 1 && text.endsWith('"') ? text.length - 1 : text.length
  const inner = text.slice(1, end)
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Splits at `separator`, but not inside quotes or angle brackets. */
export function splitOutside(text: string, separator: string): string[] {
  if (!text.includes(separator)) return [text]
  const parts: string[] = []
  let from = 0
  let quoted = false
  let bracketed = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (quoted) {
      if (character === '\\') i++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = !bracketed
    else if (character === '<') bracketed = true
    else if (character === '>') bracketed = false
    else if (character === separator && !bracketed) {
      parts.push(text.slice(from, i))
      from = i + 1
    }
  }
  parts.push(text.slice(from))
  return parts
}

function findOutsideQuotes(text: string, wanted: string, from: number): number {
  if (!text.includes('"')) return text.indexOf(wanted, from)
  let quoted = false
  for (let i = from; i < text.length; i++) {
    const character = text[i]
    if (quoted && character === '\\') i++
    else if (character === '"') quoted = !quoted
    else if (!quoted && character === wanted) return i
  }
  return -1
}

/** `"Name" <uri>`; control characters are taken out of the name so that it can break no header. */
export function formatAddress(displayName: string | undefined, uri: string): string {
  const name = displayName?.replace(/[\x00-\x1f\x7f]/g, ' ').trim()
  return name ? `${quote(name)} <${uri}>` : `<${uri}>`
}

/** The tag of a From or To value; empty when absent. */
export function tagIn(value: string | undefined): string {
  return value === undefined ? '' : (parseAddress(value)?.params.get('tag') ?? '')
}
