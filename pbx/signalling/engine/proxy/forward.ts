/** A request, and a response, as a proxy forwards it (RFC 3261 §16.6, §16.7): all that is not the proxy's passes untouched. */
import { digits } from '../message/host.ts'
import { header, lists, type SipMessage } from '../message/message.ts'
import { wireName } from '../message/names.ts'
import { writeMessage } from '../message/write.ts'
import { appLines, type AppMessage } from '../agent/app-message.ts'

export interface Forwarded {
  uri: string
  /** Our Via value. */
  via: string
  /** Route values, all of them. */
  routes: readonly string[]
  /** Our values for Record-Route, or for Path in a REGISTER. */
  recordRoutes: readonly string[]
  /** Undefined: the header is left as it is. */
  maxBreadth: number | undefined
  /** Header lines of the application, which replace those of the same name. */
  added: { lines: readonly string[]; names: ReadonlySet<string> }
}

/** What a proxy never lets its application change: the request would no longer be the same. */
const FIXED: ReadonlySet<string> = new Set([
  'via', 'route', 'record-route', 'path', 'from', 'to', 'call-id', 'cseq', 'rseq', 'max-forwards', 'max-breadth', 'content-length',
])

export const NOTHING_ADDED: Forwarded['added'] = { lines: [], names: new Set() }

/** An application's headers for a request that is forwarded. */
export function addedHeaders(message: AppMessage | undefined, sentBy: string): Forwarded['added'] {
  if (!message) return NOTHING_ADDED
  // A body is not taken: its headers describe the body of the request.
  const lines = appLines({ ...message, body: '' }, FIXED, sentBy)
  return { lines, names: new Set(message.names.filter((name) => !FIXED.has(name))) }
}

export function writeForwarded(request: SipMessage, forwarded: Forwarded): string {
  const { names, values, method } = request
  const { uri, via, routes, recordRoutes, maxBreadth, added } = forwarded
  const register = method === 'REGISTER'
  const recorded = register ? 'Path' : 'Record-Route'
  const lines = [`Via: ${via}`]
  names.forEach((name, i) => name === 'via' && lines.push(`Via: ${values[i]}`))
  lines.push(`Max-Forwards: ${hopsLeft(request)}`)
  if (maxBreadth !== undefined) lines.push(`Max-Breadth: ${maxBreadth}`)
  for (const route of routes) lines.push(`Route: ${route}`)
  for (const value of recordRoutes) lines.push(`${recorded}: ${value}`)
  names.forEach((name, i) => {
    const written = name === 'via' || name === 'max-forwards' || name === 'route' || name === 'content-length' || (name === 'max-breadth' && maxBreadth !== undefined)
    if (!written && !added.names.has(name)) lines.push(`${wireName(name)}: ${values[i]}`)
  })
  if (register && recordRoutes.length > 0 && !lists(request, 'require', 'path')) lines.push('Require: path')
  lines.push(...added.lines)
  return writeMessage(`${method} ${uri} SIP/2.0`, lines, request.body)
}

/** §16.3.3: it may go no further. */
export function hopsUsedUp(request: SipMessage): boolean {
  return digits(header(request, 'max-forwards') ?? '') === 0
}

/** §16.6.3. A request without Max-Forwards gets 70. */
function hopsLeft(request: SipMessage): number {
  const hops = digits(header(request, 'max-forwards') ?? '')
  return hops === undefined ? 70 : Math.max(0, hops - 1)
}

/**
 * The response for the client of `request`: what was above its own Vias is taken off by writing its Vias anew.
 * @param extra further header lines
 */
export function writeUpstream(request: SipMessage, response: SipMessage, extra: readonly string[] = []): string {
  const lines: string[] = []
  request.names.forEach((name, i) => name === 'via' && lines.push(`Via: ${request.values[i]}`))
  response.names.forEach((name, i) => {
    if (name !== 'via' && name !== 'content-length') lines.push(`${wireName(name)}: ${response.values[i]}`)
  })
  lines.push(...extra)
  return writeMessage(`SIP/2.0 ${response.status} ${response.reason}`, lines, response.body)
}
