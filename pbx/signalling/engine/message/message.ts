/**
 * A SIP message as read. All text is kept one character a byte (latin1), so that lengths are
 * byte lengths and bodies of any kind pass through unharmed.
 */
import { completeVia, type Via } from './via.ts'

export interface SipMessage {
  request: boolean
  /** Request: its method. Response: empty. */
  method: string
  /** Request-URI; empty in a response. */
  uri: string
  /** 0 in a request. */
  status: number
  reason: string
  /** Lower-case full names, in order; `values` beside it. Undecoded: whoever needs a value decodes it. */
  names: string[]
  values: string[]
  body: string
  /** The message without what came before its start line and after its body. */
  raw: string
  /** Whether `raw` has CRLF line ends, full names and no folding, so that it can be handed on as it is. */
  tidy: boolean
  /** Where the value of the first Via stands in `raw`. */
  viaStart: number
  via: Via
  callId: string
  cseq: number
  /** Upper case as sent; in a request equal to `method`. */
  cseqMethod: string
  from: string
  to: string
  fromTag: string
  toTag: string
}

export interface Headers {
  names: readonly string[]
  values: readonly string[]
}

/** The first value of a header by lower-case full name. */
export function header(message: Headers, name: string): string | undefined {
  const at = message.names.indexOf(name)
  return at === -1 ? undefined : message.values[at]
}

/** All values of a header, one a line, undivided. */
export function headerLines(message: Headers, name: string): string[] {
  const found: string[] = []
  for (let at = message.names.indexOf(name); at !== -1; at = message.names.indexOf(name, at + 1)) found.push(message.values[at] as string)
  return found
}

/** Whether a header that lists option tags or the like holds `option` (case-insensitive). */
export function lists(message: Headers, name: string, option: string): boolean {
  for (const line of headerLines(message, name)) {
    if (line.toLowerCase().split(',').some((part) => part.trim() === option)) return true
  }
  return false
}

/** Writes where a request came from into its topmost Via (RFC 3261 §18.2.1, RFC 3581 §4). */
export function stampSource(message: SipMessage, address: string, port: number): void {
  const at = message.names.indexOf('via')
  const value = message.values[at] as string
  const element = value.length === message.via.length ? value : value.slice(0, message.via.length)
  const completed = completeVia(element, message.via, address, port)
  if (completed === element) return
  message.values[at] = completed + value.slice(message.via.length)
  if (message.tidy) message.raw = message.raw.slice(0, message.viaStart) + completed + message.raw.slice(message.viaStart + message.via.length)
}
