/** Where a message comes from or goes to. */
import type { SipMessage } from '../message/message.ts'

export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

export interface Flow {
  transport: TransportName
  /** The far end, an IP address without brackets; its family says which of our sockets is meant. */
  address: string
  port: number
  /** The connection a message came over; it is used for replies while it is open. */
  connection: Connection | undefined
  /** The name the address was found under: whose certificate the peer must show when we connect to it over TLS (RFC 5922 §4). */
  host?: string
}

/** The far end of a connection. */
export interface PeerPlace {
  transport: TransportName
  address: string
  port: number
}

/** What the other layers may do with a connection of any stream transport. */
export interface Connection {
  readonly transport: TransportName
  readonly address: string
  readonly port: number
  readonly open: boolean
  /** Domains, separated by commas, that the peer's certificate proves to be its own; empty when it proves nothing. */
  readonly identity: string
  /** Whether what is meant for this host may be sent over it (RFC 5923 §8); undefined: for whoever is there, as long as what it was made by holds. */
  proves(host: string | undefined): boolean
  send(text: string, listener: SendListener | undefined): void
  /** Sends what is queued, then closes. */
  end(): void
}

/** Told when a message could not be sent. At most once for each message. */
export interface SendListener {
  onSendError(reason: string): void
}

/** What a transport is called in a Via (RFC 3261 §20.42, RFC 7118 §5.1), and the `transport` parameter of a URI that leads to it. */
export const TRANSPORTS: Readonly<Record<TransportName, { via: string; parameter: string; port: number; reliable: boolean; secure: boolean }>> = {
  udp: { via: 'UDP', parameter: '', port: 5060, reliable: false, secure: false },
  tcp: { via: 'TCP', parameter: ';transport=tcp', port: 5060, reliable: true, secure: false },
  tls: { via: 'TLS', parameter: ';transport=tls', port: 5061, reliable: true, secure: true },
  ws: { via: 'WS', parameter: ';transport=ws', port: 80, reliable: true, secure: false },
  // RFC 7118 §5.4: there is no `wss` in a URI.
  wss: { via: 'WSS', parameter: ';transport=ws', port: 443, reliable: true, secure: true },
}

/** Whether the transport repeats what gets lost by itself (RFC 3261 §17). */
export function isReliable(flow: { transport: TransportName }): boolean {
  return flow.transport !== 'udp'
}

/** Whether messages are cut out of a stream of bytes, so that one that cannot be read spoils all that follow; a WebSocket keeps them apart. */
export function isByteStream(flow: { transport: TransportName }): boolean {
  return flow.transport === 'tcp' || flow.transport === 'tls'
}

/** `host:port` of the far end. */
export function peerName(flow: { address: string; port: number }): string {
  return flow.address.includes(':') ? `[${flow.address}]:${flow.port}` : `${flow.address}:${flow.port}`
}

/**
 * Where the response to a request goes (RFC 3261 §18.2.2, RFC 3581 §4): over a stream the connection it came on,
 * else the source address and the Via's port; over UDP the source, at `rport` or the Via's port. `maddr` would have us send to
 * whomever a stranger names (§18.2.2 knew no such traffic), and is for requests sent to a multicast group, where we are in none:
 * it counts only when it names the source itself, as the Via's port does then.
 */
export function replyFlow(request: SipMessage, from: Flow): Flow {
  const via = request.via
  if (from.transport !== 'udp') return from.connection?.open ? from : lostFlow(request, from)
  const viaPort = via.port || 5060
  if (via.rport !== undefined && via.maddr !== from.address) return from
  return viaPort === from.port ? from : { transport: 'udp', address: from.address, port: viaPort, connection: undefined }
}

/** Where a response goes when the connection its request came on is gone: a new one, to the port of the Via (§18.2.2). */
export function lostFlow(request: SipMessage, from: Flow): Flow {
  return { transport: from.transport, address: from.address, port: request.via.port || TRANSPORTS[from.transport].port, connection: undefined }
}
