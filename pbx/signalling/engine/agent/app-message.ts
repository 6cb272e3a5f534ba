/** SIP text as an application writes it: start line, headers under any spelling, body. */
import { fullName, wireName } from '../message/names.ts'
import { splitList } from '../message/uri.ts'

export interface AppMessage {
  startLine: string
  /** Lower-case full names; `spelled` and `values` beside it. */
  names: string[]
  spelled: string[]
  values: string[]
  body: string
}

/** Undefined when there is no start line. Lines that are no header are left out. */
export function readAppMessage(text: string): AppMessage | undefined {
  const firstEnd = text.indexOf('\r\n')
  if (firstEnd <= 0) return undefined
  const message: AppMessage = { startLine: text.slice(0, firstEnd), names: [], spelled: [], values: [], body: '' }
  let position = firstEnd + 2
  while (position < text.length) {
    let end = text.indexOf('\r\n', position)
    if (end === -1) end = text.length
    if (end === position) {
      message.body = text.slice(position + 2)
      break
    }
    const colon = text.indexOf(':', position)
    if (colon !== -1 && colon < end) {
      const spelled = text.slice(position, colon).trim()
      const name = fullName(spelled)
      const value = text.slice(colon + 1, end).trim()
      // A bare line end inside a value would make a header of its own on the wire.
      if (name !== undefined && !value.includes('\n') && !value.includes('\r')) {
        message.names.push(name)
        message.spelled.push(spelled)
        message.values.push(value)
      }
    }
    position = end + 2
  }
  return message
}

export function appHeader(message: AppMessage, name: string): string | undefined {
  const at = message.names.indexOf(name)
  return at === -1 ? undefined : message.values[at]
}

/** A session description, and nothing else beside it. */
export function isSdp(body: string): boolean {
  return body.startsWith('v=0')
}

const LOCALHOST = /(sips?:(?:[^@<>;,\s"]*@)?)localhost(?::\d+)?(?=[;>?,\s]|$)/gi

/** `localhost` as the host of a URI means: the address this message leaves from. */
export function replaceLocalhost(value: string, sentBy: string): string {
  return value.includes('localhost') ? value.replace(LOCALHOST, (_all, head: string) => head + sentBy) : value
}

/** Headers that are the engine's own affair; an application's are silently left out. Route is taken of requests outside dialogs, in its place. */
const OURS = new Set(['via', 'route', 'record-route', 'rseq', 'content-length'])

/** RFC 3261 §7.3.1: these may not be joined by commas, but drachtio-srf joins them. */
const ONE_A_LINE = new Set(['www-authenticate', 'proxy-authenticate', 'authorization', 'proxy-authorization'])

/**
 * Header lines for the wire from an application's headers.
 * @param without names that are written elsewhere
 */
export function appLines(message: AppMessage, without: ReadonlySet<string>, sentBy: string): string[] {
  const lines: string[] = []
  message.names.forEach((name, i) => {
    if (OURS.has(name) || without.has(name)) return
    const value = replaceLocalhost(message.values[i] as string, sentBy)
    const spelled = wireName(message.spelled[i] as string)
    if (ONE_A_LINE.has(name)) for (const part of splitChallenges(value)) lines.push(`${spelled}: ${part}`)
    else lines.push(`${spelled}: ${value}`)
  })
  if (isSdp(message.body) && !message.names.includes('content-type')) lines.push('Content-Type: application/sdp')
  return lines
}

/** `Digest a=b, c=d, Digest e=f` → two values: an element that begins `word word=` begins a new one. */
function splitChallenges(value: string): string[] {
  const values: string[] = []
  for (const part of splitList(value)) {
    const space = part.indexOf(' ')
    const begins = space > 0 && !part.slice(0, space).includes('=') && part.indexOf('=') > space
    const last = values.length - 1
    if (begins || last < 0) values.push(part)
    else values[last] = `${values[last]}, ${part}`
  }
  return values
}
