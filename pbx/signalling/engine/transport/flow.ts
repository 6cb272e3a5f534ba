/** Where a message comes from or goes to. */
import { isIP } from 'node:net'
import type { SipMessage } from '../message/message.ts'
export interface Flow {
  transport: 'udp' | 'tcp'
  /** The far end, an IP address without brackets. */
  address: string
  port: number
  /** The connection a message came over; it is used for replies while it is open. */
  connection: Connection | undefined
}

/** What the other layers may do with a TCP connection. */
export interface Connection {
  readonly address: string
  readonly port: number
  readonly open: boolean
  send(text: string, listener: SendListener | undefined): void
  /** Sends what is queued, then closes. */
  end(): void
}

/** Told when a message could not be sent. At most once for each message. */
export interface SendListener {
  onSendError(reason: string): void
}

/** `host:port` of the far end. */
export function peerName(flow: { address: string; port: number }): string {
  return flow.address.includes(':') ? `[${flow.address}]:${flow.port}` : `${flow.address}:${flow.port}`
}

/**
 * Where the response to a request goes (RFC 3261 §18.2.2, RFC 3581 §4): over TCP the connection it came on,
 * else the source address and the Via's port; over UDP `maddr`, else the source, at `rport` or the Via's port.
 */
export function replyFlow(request: SipMessage, from: Flow): Flow {
  const via = request.via
  const viaPort = via.port || 5060
  if (from.transport === 'tcp') return from.connection?.open ? from : lostFlow(request, from)
  if (via.maddr !== undefined && isIP(via.maddr)) return { transport: 'udp', address: via.maddr, port: viaPort, connection: undefined }
  if (via.rport !== undefined) return from
  return viaPort === from.port ? from : { transport: 'udp', address: from.address, port: viaPort, connection: undefined }
}

/** Where a response goes when the connection its request came on is gone: a new one, to the port of the Via (§18.2.2). */
export function lostFlow(request: SipMessage, from: Flow): Flow {
  return { transport: 'tcp', address: from.address, port: request.via.port || 5060, connection: undefined }
}
