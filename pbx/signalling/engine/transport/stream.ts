/** SIP over TCP: listeners, and connections we make. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Limits, Timing } from '../options.ts'
import type { Timers } from '../timers.ts'
import type { ConnectionTable } from './connections.ts'
import type { SendListener } from './flow.ts'
import { isWildcard } from './local.ts'
import { StreamConnection, type StreamEvents } from './stream-connection.ts'

export interface StreamTransport {
  /** Makes a connection and sends over it. */
  dial(address: string, port: number, text: string, listener: SendListener | undefined): void
  /** Stops listening; connections are the table's affair. */
  close(): Promise<void>
}

export interface StreamHooks extends Pick<StreamEvents, 'onMessage' | 'onTooLong'> {
  /** The listener failed after it was bound. */
  onFailure(reason: string): void
}

export interface StreamWorld {
  connections: ConnectionTable
  timers: Timers
  timing: Timing
  limits: Limits
}

/** Resolves with the port a server was bound to on `host`; IPv4 and IPv6 each have sockets of their own. */
export async function listen(server: Server, host: string, port: number, onFailure: (reason: string) => void): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 1024, ipv6Only: true }, () => {
      server.removeListener('error', reject)
      server.on('error', (error) => onFailure(error.message))
      resolve()
    })
  })
  const bound = server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : port
}

/** Resolves when every connection that the server still knows is gone, too. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

/** Closes a newcomer that there is no room for. */
export function turnAway(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.destroy()
}

export async function openTcp(host: string, port: number, world: StreamWorld, hooks: StreamHooks): Promise<StreamTransport & { port: number }> {
  const { connections, timers, timing, limits } = world
  const server: Server = createServer({ noDelay: true })

  const adopt = (socket: Socket, address: string, peerPort: number, connected: boolean): StreamConnection => {
    const connection = new StreamConnection('tcp', socket, { address, port: peerPort }, connected, timers, timing, limits, {
      onMessage: hooks.onMessage,
      onTooLong: hooks.onTooLong,
      onClosed: (closed) => connections.remove(closed),
    })
    connections.add(connection)
    return connection
  }

  server.on('connection', (socket) => {
    const { remoteAddress, remotePort } = socket
    if (remoteAddress === undefined || remotePort === undefined || connections.full(remoteAddress) !== undefined) turnAway(socket)
    else adopt(socket, remoteAddress, remotePort, true)
  })
  const bound = await listen(server, host, port, hooks.onFailure)
  const local = isWildcard(host) ? {} : { localAddress: host }
  return {
    port: bound,
    dial(address, peerPort, text, listener) {
      adopt(connect({ host: address, port: peerPort, ...local }), address, peerPort, false).send(text, listener)
    },
    close: () => stopListening(server),
  }
}
