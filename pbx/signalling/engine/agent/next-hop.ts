/** Where a request of ours goes: transport, address, port (RFC 3263 for addresses and A records), and over which connection. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { unbracket } from '../message/host.ts'
import { isSips, parameter, parseSipUri } from '../message/uri.ts'
import { TRANSPORTS, type Flow, type TransportName } from '../transport/flow.ts'
import { isPrivate } from '../transport/local.ts'
import type { Transport } from '../transport/transport.ts'
import type { Agent } from './agent.ts'

/**
 * `flows`: known at once, best first, never empty. `refusal`: cannot be sent at all. `later`: a name is being looked up;
 * `failure` says why there is nowhere to send to, and `guess` stands for it towards the application.
 */
export type NextHop = { flows: readonly Flow[] } | { refusal: string } | { later: Promise<Found>; guess: Flow }

export type Found = { flows: readonly Flow[] } | { failure: string }

const NOT_OFFERED = 'requested protocol/transport not available'

/**
 * @param uri the next hop as a URI
 * @param heard for a dialog without routes: where the peer was last heard. Its connection is used again when the
 *   target is that peer, and its address when the target is a private one that only a NAT could have left in a Contact.
 * @param requestUri a request for a sips URI goes over TLS, whatever the next hop says (RFC 3261 §8.1.2)
 */
export function nextHop({ transport }: Pick<Agent, 'transport'>, uri: string, heard: Flow | undefined, requestUri = uri): NextHop {
  const parsed = parseSipUri(uri)
  if (parsed === undefined) return { refusal: `invalid request-uri: ${uri}` }
  const kind = transportOf(isSips(requestUri) ? 'sips' : parsed.scheme, parameter(parsed.params, 'transport')?.toLowerCase())
  if (kind === undefined) return { refusal: NOT_OFFERED }
  // A browser has no address (RFC 7118 §5.2.1): it is reached over the connection it opened, or not at all.
  if (isWebSocket(kind) && heard?.connection?.open && isWebSocket(heard.transport)) return { flows: [heard] }
  const host = unbracket(parameter(parsed.params, 'maddr') ?? parsed.host)
  const port = parsed.port || TRANSPORTS[kind].port
  if (isIP(host) === 0) {
    const guess: Flow = heard ?? { transport: kind, address: '127.0.0.1', port, connection: undefined }
    return { later: resolve(transport, host, port, kind, heard), guess }
  }
  const flow = flowTo(transport, kind, host, port, heard)
  return flow.connection !== undefined || transport.reaches(flow.transport, flow.address) ? { flows: [flow] } : { refusal: NOT_OFFERED }
}

/** Calls `use` with the best flow to `uri`: at once for an address, when it is found for a name. Never for a target that cannot be reached. */
export function withFirstFlow(agent: Agent, uri: string, requestUri: string, heard: Flow | undefined, use: (flow: Flow) => void): void {
  const hop = nextHop(agent, uri, heard, requestUri)
  const first = (found: Found) => 'flows' in found && use(found.flows[0] as Flow)
  if ('flows' in hop) first(hop)
  else if ('later' in hop) void hop.later.then(first)
}

/** RFC 3261 §26.2.2, RFC 7118 §5.4: a sips URI only leads over TLS. Undefined when no transport of ours fits. */
function transportOf(scheme: string, wanted: string | undefined): TransportName | undefined {
  if (scheme !== 'sips') return wanted === undefined ? 'udp' : Object.hasOwn(TRANSPORTS, wanted) ? (wanted as TransportName) : undefined
  if (wanted === undefined || wanted === 'tcp' || wanted === 'tls') return 'tls'
  return wanted === 'ws' || wanted === 'wss' ? 'wss' : undefined
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

/** A name: the system's resolver. When it knows none, where the peer was heard. */
async function resolve(transport: Transport, host: string, port: number, kind: TransportName, heard: Flow | undefined): Promise<Found> {
  try {
    const addresses = await lookup(host, { family: 4, all: true })
    return { flows: addresses.map(({ address }) => flowTo(transport, kind, address, port, heard, host)) }
  } catch {
    return heard ? { flows: [heard] } : { failure: 'Next hop is unknown' }
  }
}
