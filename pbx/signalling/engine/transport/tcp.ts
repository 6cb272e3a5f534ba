/** SIP over TCP: the listener, and connections by peer address, so that a request to a phone goes over the connection it opened. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Limits, Timing } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import type { SendListener } from './flow.ts'
import { TcpConnection, type TcpEvents } from './tcp-connection.ts'

const SWEEP_MS = 30_000

export interface TcpTransport {
  readonly port: number
  /** Sends over the open connection to that address and port, or makes one. */
  send(address: string, port: number, text: string, listener: SendListener | undefined): void
  find(address: string, port: number): TcpConnection | undefined
  readonly size: number
  close(): Promise<void>
}

export interface TcpHooks {
  onMessage: TcpEvents['onMessage']
  onTooLong: TcpEvents['onTooLong']
  /** The listener failed after it was bound. */
  onFailure(reason: string): void
}

const keyOf = (address: string, port: number) => `${address}|${port}`

/** `::ffff:192.0.2.1` is 192.0.2.1. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

export async function openTcp(host: string, port: number, timers: Timers, timing: Timing, limits: Limits, hooks: TcpHooks): Promise<TcpTransport> {
  const connections = new Map<string, TcpConnection>()
  const all = new Set<TcpConnection>()
  const server: Server = createServer({ noDelay: true })
  let sweep: TimerHandle
  let closing = false

  const adopt = (socket: Socket, address: string, peerPort: number, connected: boolean): TcpConnection => {
    const key = keyOf(address, peerPort)
    const connection = new TcpConnection(socket, { address, port: peerPort }, connected, timers, timing, limits, {
      onMessage: hooks.onMessage,
      onTooLong: hooks.onTooLong,
      onClosed: (closed) => {
        all.delete(closed)
        if (connections.get(key) === closed) connections.delete(key)
      },
    })
    connections.set(key, connection)
    all.add(connection)
    return connection
  }

  server.on('connection', (socket) => {
    if (closing || all.size >= limits.connections || socket.remoteAddress === undefined || socket.remotePort === undefined) {
      socket.on('error', () => undefined)
      socket.destroy()
      return
    }
    adopt(socket, plainAddress(socket.remoteAddress), socket.remotePort, true)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 1024 }, () => {
      server.removeListener('error', reject)
      server.on('error', (error) => hooks.onFailure(error.message))
      resolve()
    })
  })

  const sweeper = {
    onTimer() {
      const oldest = timers.now() - timing.idlePeer
      for (const connection of all) if (connection.lastHeard < oldest) connection.destroy('idle')
      sweep = timers.start(SWEEP_MS, sweeper, 'sweep')
    },
  }
  sweep = timers.start(SWEEP_MS, sweeper, 'sweep')

  const bound = server.address()
  const find = (address: string, peerPort: number) => {
    const connection = connections.get(keyOf(address, peerPort))
    return connection?.open ? connection : undefined
  }
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : port,
    get size() {
      return all.size
    },
    find,
    send(address, peerPort, text, listener) {
      const open = find(address, peerPort)
      if (open) {
        open.send(text, listener)
        return
      }
      if (closing || all.size >= limits.connections) {
        listener?.onSendError('too many TCP connections')
        return
      }
      const local = host === '0.0.0.0' || host === '::' ? {} : { localAddress: host }
      adopt(connect({ host: address, port: peerPort, ...local }), address, peerPort, false).send(text, listener)
    },
    async close() {
      closing = true
      timers.stop(sweep)
      const done = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of all) connection.destroy('')
      await done
    },
  }
}
