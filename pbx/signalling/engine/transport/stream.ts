/** SIP over TCP and TLS: listeners, and connections we make. */
import { connect, createServer, isIP, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Limits, Timing } from '../options.ts'
import type { Timers } from '../timers.ts'
import type { ConnectionTable } from './connections.ts'
import type { Flow, SendListener } from './flow.ts'
import type { Identities } from './identities.ts'
import { isWildcard } from './local.ts'
import { StreamConnection, type StreamEvents, type StreamPeer } from './stream-connection.ts'

export interface StreamTransport {
  /** Makes a connection and sends over it. */
  dial(to: Flow, text: string, listener: SendListener | undefined): void
  /** Stops listening; connections are the table's affair. */
  close(): Promise<void>
}

export interface StreamHooks extends Pick<StreamEvents, 'onMessage' | 'onTooLong'> {
  /** A newcomer was not let in, or an attempt of it to prove itself failed. */
  onRefused(address: string, reason: string): void
  /** The listener failed after it was bound. */
  onFailure(reason: string): void
}

export interface StreamWorld {
  connections: ConnectionTable
  timers: Timers
  timing: Timing
  limits: Limits
  /** Who signs with it may name another peer. */
  routeKey?: Buffer | undefined
}

/**
 * Listens on `host`; IPv4 and IPv6 each have sockets of their own. Newcomers that there is no room for are turned away.
 * Resolves when bound.
 */
export async function listen(host: string, port: number, connections: ConnectionTable, hooks: Pick<StreamHooks, 'onRefused' | 'onFailure'>, accept: (socket: Socket, address: string, port: number) => void): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined)
    const { remoteAddress, remotePort } = socket
    const full = remoteAddress === undefined || remotePort === undefined ? 'gone' : connections.full(remoteAddress)
    if (full !== undefined || remoteAddress === undefined || remotePort === undefined) {
      // The gate keeps its own account of those it bars.
      if (remoteAddress !== undefined && full !== undefined && full !== 'barred') hooks.onRefused(remoteAddress, full)
      socket.destroy()
      return
    }
    connections.count(socket, remoteAddress)
    accept(socket, remoteAddress, remotePort)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 1024, ipv6Only: true }, () => {
      server.removeListener('error', reject)
      server.on('error', (error) => hooks.onFailure(error.message))
      resolve()
    })
  })
  const bound = server.address()
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** @param identities for TLS; undefined: plain TCP */
export async function openStream(host: string, port: number, identities: Identities | undefined, world: StreamWorld, hooks: StreamHooks): Promise<StreamTransport & { port: number }> {
  const { connections, timers, timing, limits } = world
  const transport = identities === undefined ? 'tcp' : 'tls'

  const adopt = (socket: Socket, address: string, peerPort: number, state: Omit<StreamPeer, 'address' | 'port'>): StreamConnection => {
    const connection = new StreamConnection(transport, socket, { address, port: peerPort, ...state }, timers, timing, limits, {
      onMessage: hooks.onMessage,
      onTooLong: hooks.onTooLong,
      onClosed: (closed) => connections.remove(closed),
    })
    connections.add(connection)
    return connection
  }
  const accept = identities === undefined
    ? (socket: Socket, address: string, peerPort: number) => void adopt(socket, address, peerPort, { connected: true, identity: '', proves: () => true })
    : secured(identities, hooks, (socket, address, peerPort, identity) => void adopt(socket, address, peerPort, { connected: true, identity, proves: (host) => host === undefined || isIP(host) !== 0 || identity.split(',').includes(host) }))
  const server = await listen(host, port, connections, hooks, accept)
  const local = isWildcard(host) ? {} : { localAddress: host }
  return {
    ...server,
    dial(to, text, listener) {
      const where = { host: to.address, port: to.port, ...local }
      const host = to.host ?? to.address
      const socket = identities === undefined ? connect(where) : connectTls({ ...where, ...identities.client(host) })
      // Whom it was made as, and with whom: after a change the next request makes another.
      const terms = identities?.termsWith(host)
      const proves = (other: string | undefined) => identities === undefined || (other === undefined || other === host ? identities.termsWith(host) === terms : identities.proves(socket as TLSSocket, other))
      connections.count(socket, to.address)
      adopt(socket, to.address, to.port, { connected: false, identity: '', proves }).send(text, listener)
    },
  }
}

/** Lets a socket through when its TLS handshake is done and the peer has proved who it is, as far as it must. */
export function secured(identities: Identities, hooks: Pick<StreamHooks, 'onRefused'>, accept: (socket: TLSSocket, address: string, port: number, identity: string) => void): (socket: Socket, address: string, port: number) => void {
  const server = createTlsServer(identities.server, (socket) => {
    const { remoteAddress, remotePort } = socket
    const verdict = identities.judge(socket)
    if (remoteAddress === undefined || remotePort === undefined) socket.destroy()
    else if ('refusal' in verdict) {
      hooks.onRefused(remoteAddress, verdict.refusal)
      socket.destroy()
    } else accept(socket, remoteAddress, remotePort, verdict.identity)
  })
  server.on('tlsClientError', (error, socket) => {
    if (socket.remoteAddress !== undefined) hooks.onRefused(socket.remoteAddress, error.message)
    socket.destroy()
  })
  identities.onReplace((options) => server.setSecureContext(options))
  return (socket) => void server.emit('connection', socket)
}
