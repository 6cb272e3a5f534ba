/** Where a request of ours goes (RFC 3263), and over which connection. */
import { isIP } from 'node:net'
import type { Dialog } from '../dialog/dialog.ts'
import { routeInDialog } from '../dialog/request.ts'
import { wantedName, type Wanted } from '../locate/finding.ts'
import { unbracket } from '../message/host.ts'
import { isSips, parameter, parseSipUri } from '../message/uri.ts'
import type { Via } from '../message/via.ts'
import { TRANSPORTS, type Flow, type TransportName } from '../transport/flow.ts'
import { isPrivate } from '../transport/local.ts'
import type { Transport } from '../transport/transport.ts'
import type { Agent } from './agent.ts'

/** Where to. */
export interface Way {
  /** Best first; never empty. */
  flows: readonly Flow[]
  /** The name that led there, as it was asked for (`sip:example.com;transport=tcp`); empty for an address. */
  name: string
  /** The transport was named, or is the one a dialog runs over: it is kept however long the request is. */
  fixed?: boolean
  /** Finds further flows, when none of these can be reached. */
  more?: () => Promise<readonly Flow[]>
}

/**
 * A way known at once; or `refusal`: cannot be sent at all; or `later`: a name is being looked up. `failure` says why
 * there is nowhere to send to, and `guess` stands for it towards the application.
 */
export type NextHop = Way | { refusal: string } | { later: Promise<Found>; guess: Flow }

export type Found = Way | { failure: string }

const NOT_OFFERED = 'requested protocol/transport not available'

type Locating = Pick<Agent, 'transport' | 'locator'>

/**
 * @param uri the next hop as a URI
 * @param heard for a dialog without routes: where the peer was last heard. Its connection is used again when the
 *   target is that peer, and its address when the target is a private one that only a NAT could have left in a Contact.
 * @param requestUri a request for a sips URI goes over TLS, whatever the next hop says (RFC 3261 §8.1.2)
 */
export function nextHop(agent: Locating, uri: string, heard: Flow | undefined, requestUri = uri): NextHop {
  const wanted = readHop(uri, requestUri)
  if ('refusal' in wanted) return wanted
  const { transport } = agent
  const kind = wanted.transport ?? (wanted.secure ? 'tls' : 'udp')
  // A browser has no address (RFC 7118 §5.2.1): it is reached over the connection it opened, or not at all.
  if (isWebSocket(kind) && heard?.connection?.open && isWebSocket(heard.transport)) return { flows: [heard], name: '' }
  // RFC 5627: the GRUU of a phone names its registrar, which is us. Whoever has put one into its Contact is where it was heard.
  if (heard && parameter(parseSipUri(uri)?.params ?? '', 'gr') !== undefined) return { flows: [flowTo(transport, heard.transport, heard.address, heard.port, heard)], name: '' }
  const port = wanted.port || TRANSPORTS[kind].port
  if (isIP(wanted.host) === 0) {
    return { later: locate(agent, wanted, heard), guess: heard ?? { transport: kind, address: '127.0.0.1', port, connection: undefined } }
  }
  const flow = flowTo(transport, kind, wanted.host, port, heard)
  return flow.connection !== undefined || transport.reaches(flow.transport, flow.address) ? { flows: [flow], name: '', fixed: isFixed(wanted, heard) } : { refusal: NOT_OFFERED }
}

/** Calls `use` with the best flow: at once for an address, when it is found for a name. Never for a target that cannot be reached. */
export function withFirst(hop: NextHop, use: (flow: Flow) => void): void {
  const first = (found: Found) => 'flows' in found && use(found.flows[0] as Flow)
  if ('flows' in hop) first(hop)
  else if ('later' in hop) void hop.later.then(first)
}

/** For requests within a dialog: what the first of them found for a name stands for the rest of the dialog, whatever the DNS says meanwhile. */
export function dialogHop(agent: Locating, dialog: Dialog): NextHop {
  const { nextHop: uri, uri: requestUri } = routeInDialog(dialog)
  const heard = dialog.routeSet.length === 0 ? dialog.flow : undefined
  if (dialog.chosen !== undefined && hopName(uri, requestUri) === dialog.chosen.name) {
    const { name, flow } = dialog.chosen
    const more = async () => {
      const hop = nextHop(agent, uri, heard, requestUri)
      const found = 'later' in hop ? await hop.later : hop
      return 'flows' in found ? found.flows : []
    }
    return { flows: [flow], name, more }
  }
  const hop = nextHop(agent, uri, heard, requestUri)
  return 'later' in hop ? { ...hop, later: hop.later.then((found) => ('flows' in found ? { ...found, flows: preferred(found.flows, dialog.flow) } : found)) } : hop
}

/** RFC 3263 §5: where the sender of a request is by its own account, other than where the request came from. */
export async function locateSender(agent: Locating, via: Via, from: Flow): Promise<readonly Flow[]> {
  const { transport } = from
  const address = unbracket(via.host)
  const wanted = { host: via.host.toLowerCase(), port: via.port, transport, secure: false }
  const found = isIP(address) === 0 ? await locate(agent, wanted, undefined) : { flows: [flowTo(agent.transport, transport, address, via.port || TRANSPORTS[transport].port, undefined)] }
  return 'flows' in found ? found.flows.filter((flow) => !sameTarget(flow, from) && agent.transport.reaches(transport, flow.address)) : []
}

/** The flows with the one to the same target as `flow` first, if it is among them. */
export function preferred(flows: readonly Flow[], flow: Flow): readonly Flow[] {
  const same = flows.find((other) => sameTarget(other, flow))
  return same === undefined ? flows : [same, ...flows.filter((other) => other !== same)]
}

export function sameTarget(a: Flow, b: Flow): boolean {
  return a.transport === b.transport && a.address === b.address && a.port === b.port
}

/** The `name` of the way that a URI leads; empty when it leads to an address. */
export function hopName(uri: string, requestUri: string): string {
  const wanted = readHop(uri, requestUri)
  return 'refusal' in wanted || isIP(wanted.host) !== 0 ? '' : wantedName(wanted)
}

/** What a next hop asks for. */
export function readHop(uri: string, requestUri = uri): Wanted | { refusal: string } {
  const parsed = parseSipUri(uri)
  if (parsed === undefined) return { refusal: `invalid request-uri: ${uri}` }
  const secure = parsed.scheme === 'sips' || isSips(requestUri)
  const stated = parameter(parsed.params, 'transport')?.toLowerCase()
  const transport = stated === undefined ? undefined : transportOf(secure, stated)
  if (stated !== undefined && transport === undefined) return { refusal: NOT_OFFERED }
  return { host: unbracket(parameter(parsed.params, 'maddr') ?? parsed.host).toLowerCase(), port: parsed.port, transport, secure }
}

/** RFC 3261 §26.2.2, RFC 7118 §5.4: a sips URI only leads over TLS. Undefined when no transport of ours fits. */
function transportOf(secure: boolean, stated: string): TransportName | undefined {
  if (!secure) return Object.hasOwn(TRANSPORTS, stated) ? (stated as TransportName) : undefined
  if (stated === 'tcp' || stated === 'tls') return 'tls'
  return stated === 'ws' || stated === 'wss' ? 'wss' : undefined
}

/**
 * RFC 3261 §18.1.1 has long requests leave UDP. Not where that is the way somebody asked for, a phone behind a NAT
 * above all, which nothing else would reach.
 */
function isFixed(wanted: Wanted, heard: Flow | undefined): boolean {
  return wanted.transport !== undefined || heard?.transport === 'udp'
}

/** RFC 3261 §18.1.1: the same target over TCP, when `text` is too long for UDP; undefined where it is not, or no TCP is to be had. */
export function overTcp({ transport: layer, memory, options }: Pick<Agent, 'transport' | 'memory' | 'options'>, { transport, address, port }: Flow, text: string): Flow | undefined {
  if (transport !== 'udp' || text.length <= options.limits.datagram) return undefined
  const open = layer.connectionTo('tcp', address, port)
  if (open) return open
  const tcp: Flow = { transport: 'tcp', address, port, connection: undefined }
  return layer.reaches('tcp', address) && memory.health(tcp).state !== 'dead' ? tcp : undefined
}

function isWebSocket(transport: TransportName): boolean {
  return transport === 'ws' || transport === 'wss'
}

function flowTo(transport: Transport, kind: TransportName, address: string, port: number, heard: Flow | undefined, name?: string): Flow {
  // A sip URI cannot say whether its WebSocket is secure (RFC 7118 §5.4).
  const exact = kind === 'udp' ? undefined : (transport.connectionTo(kind, address, port, name) ?? (kind === 'ws' ? transport.connectionTo('wss', address, port, name) : undefined))
  if (exact) return exact
  if (heard !== undefined) {
    const sameAddress = heard.address === address
    const behindNat = !sameAddress && isPrivate(address) && !isPrivate(heard.address)
    // RFC 5923 in spirit: a phone cannot be reached but over the connection it opened.
    if (heard.connection?.open && ((kind === heard.transport && (sameAddress || behindNat)) || (sameAddress && heard.port === port))) return heard
    if (heard.transport === 'udp' && kind === 'udp' && behindNat) return heard
  }
  const flow = { transport: kind, address, port, connection: undefined }
  return name === undefined || !TRANSPORTS[kind].secure ? flow : { ...flow, host: name }
}

/** A name. When it leads nowhere, where the peer was heard. */
async function locate({ transport, locator }: Locating, wanted: Wanted, heard: Flow | undefined): Promise<Found> {
  const found = await locator.targets(wanted)
  if ('failure' in found) return heard ? { flows: [heard], name: '' } : { failure: `Next hop is unknown: ${found.failure}` }
  return { flows: found.targets.map((target) => flowTo(transport, target.transport, target.address, target.port, heard, wanted.host)), name: wantedName(wanted), fixed: isFixed(wanted, heard) }
}
