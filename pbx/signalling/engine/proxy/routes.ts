/** Route and Record-Route (RFC 3261 §16.4, §16.6, RFC 5658): which are ours, which we add, where a request goes next. */
import { contactFor } from '../dialog/request.ts'
import { headerLines, type SipMessage } from '../message/message.ts'
import { parameter, parseSipUri, splitAddress, splitList } from '../message/uri.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport.ts'
import { readRouteToken, routeToken } from './route-token.ts'

/** What routing needs of the agent. */
export interface RouteContext {
  readonly transport: Transport
  readonly routeKey: Buffer
}

/** A request as it stands after §16.4: our own entries are gone from its Route. */
export interface Routed {
  uri: string
  /** Route values that are left. */
  routes: string[]
  /** An entry of ours with a valid proof was there: we forwarded this call and forward what belongs to it. */
  ours: boolean
  /** Where the peer that this request goes to was heard, when our entry says so. */
  heard: Flow | undefined
  /** A Path of ours names a connection that is closed: nothing else leads to that phone (RFC 5626 §5.3.1). */
  flowFailed: boolean
}

interface OwnEntry {
  proven: boolean
  flow: Flow | undefined
  failed: boolean
}

/** Our entry in a Route, or in a Request-URI that a strict router put it into. */
function readOwn(context: RouteContext, uri: string | undefined, callId: string): OwnEntry | undefined {
  const parsed = uri === undefined ? undefined : parseSipUri(uri)
  if (!parsed || parameter(parsed.params, 'lr') === undefined || !context.transport.isSelf(parsed.host, parsed.port)) return undefined
  const token = parsed.user ?? ''
  const found = readRouteToken(context.transport, context.routeKey, callId, token)
  if (found !== undefined) return { proven: true, flow: typeof found === 'string' ? undefined : found, failed: false }
  // A Path of ours: proves nothing about a call, but says where the phone is.
  const path = readRouteToken(context.transport, context.routeKey, '', token)
  return { proven: false, flow: typeof path === 'object' ? path : undefined, failed: path === 'gone' }
}

/** Takes our own entries out of the Route of a request (§16.4), and mends what a strict router did to it. */
export function preprocess(context: RouteContext, request: SipMessage, from: Flow): Routed {
  let { uri } = request
  const routes = request.names.includes('route') ? headerLines(request, 'route').flatMap(splitList) : []
  const found: OwnEntry[] = []
  // Only a strict router puts our Record-Route into the Request-URI: the target is then the last Route.
  const strict = routes.length > 0 ? readOwn(context, uri, request.callId) : undefined
  if (strict) {
    found.push(strict)
    uri = splitAddress(routes.pop() as string)?.uri ?? uri
  }
  for (;;) {
    const own = routes.length === 0 ? undefined : readOwn(context, splitAddress(routes[0] as string)?.uri, request.callId)
    if (!own) break
    found.push(own)
    routes.shift()
  }
  const sameFlow = (flow: Flow) => flow.address === from.address && flow.port === from.port
  const heard = found.map((own) => own.flow).findLast((flow) => flow !== undefined && !sameFlow(flow))
  return { uri, routes, ours: found.some((own) => own.proven), heard, flowFailed: found.some((own) => own.failed) }
}

/** Where a request goes: the first Route, else the Request-URI. A strict router gets its own URI as Request-URI (§16.6.6). */
export function postprocess(uri: string, routes: readonly string[]): { uri: string; routes: readonly string[]; nextHop: string } {
  const [first, ...rest] = routes
  const next = first === undefined ? undefined : splitAddress(first)?.uri
  if (next === undefined) return { uri, routes, nextHop: uri }
  const parsed = parseSipUri(next)
  if (!parsed || parameter(parsed.params, 'lr') !== undefined) return { uri, routes, nextHop: next }
  return { uri: next, routes: [...rest, `<${uri}>`], nextHop: next }
}

/**
 * Our values for Record-Route, or Path, topmost first: one for the side the request leaves on, and another
 * for the side it came in on when that has another address or transport (RFC 5658).
 * @param callId empty for a Path
 */
export function ownRoutes(context: RouteContext, callId: string, from: Flow, to: Flow): string[] {
  const [inner, outer] = [from, to].map((flow) => {
    const contact = contactFor(flow, context.transport.sentBy(flow))
    return contact.replace(/^<(sips?:)(.*)>$/, (_all, scheme: string, rest: string) => `<${scheme}${routeToken(context.routeKey, callId, flow)}@${rest};lr>`)
  })
  return inner === outer ? [outer as string] : [outer as string, inner as string]
}
