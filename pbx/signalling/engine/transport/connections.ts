/** All connections to SIP peers, whatever their transport: found by the peer, counted, ended when silent. */
import type { Socket } from 'node:net'
import type { Limits, Timing } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import type { Connection, PeerPlace, TransportName } from './flow.ts'

/** A connection as its table sees it. */
export interface TableConnection extends Connection {
  /** When something last arrived, milliseconds since the epoch. */
  readonly lastHeard: number
  /** Ends it at once; what was to be sent is told `reason`. */
  destroy(reason: string): void
}

export interface ConnectionTable {
  readonly size: number
  /** How many there are, by transport. */
  counts(): Record<string, number>
  /** The open connection to exactly this peer; when `host` is given, only one that proves to be of that host. */
  find(transport: TransportName, address: string, port: number, host?: string): TableConnection | undefined
  /** Why there can be no further connection with this address; undefined when there can. */
  full(address: string): string | undefined
  /** Counts a socket until it closes, whether it becomes a connection or not. */
  count(socket: Socket, address: string): void
  add(connection: TableConnection): void
  /** The connection also stands for that port of its peer, where the peer listens (RFC 5923 §8.1). */
  alias(connection: Connection, port: number): void
  remove(connection: TableConnection): void
  /** Ends all of them; none is added afterwards. */
  close(): void
}

const SWEEP_MS = 30_000

const keyOf = (transport: TransportName, address: string, port: number) => `${transport}|${address}|${port}`

export function createConnectionTable(timers: Timers, timing: Timing, limits: Limits, bars: (address: string) => boolean = () => false, onGone: (peer: PeerPlace) => void = () => undefined): ConnectionTable {
  const byPeer = new Map<string, TableConnection>()
  const all = new Set<TableConnection>()
  const aliases = new WeakMap<TableConnection, number>()
  const sockets = new Set<Socket>()
  const perAddress = new Map<string, number>()
  let closed = false
  let sweep: TimerHandle

  const interval = Math.min(SWEEP_MS, timing.idlePeer / 2)
  const sweeper = {
    onTimer() {
      const oldest = timers.now() - timing.idlePeer
      for (const connection of all) if (connection.lastHeard < oldest) connection.destroy('idle')
      sweep = timers.start(interval, sweeper, 'sweep')
    },
  }
  sweep = timers.start(interval, sweeper, 'sweep')

  return {
    get size() {
      return all.size
    },
    counts() {
      const counts: Record<string, number> = {}
      for (const { transport } of all) counts[transport] = (counts[transport] ?? 0) + 1
      return counts
    },
    find(transport, address, port, host) {
      const connection = byPeer.get(keyOf(transport, address, port))
      return connection?.open && connection.proves(host) ? connection : undefined
    },
    full(address) {
      if (closed) return 'closing'
      if (sockets.size >= limits.connections) return 'too many connections'
      if (bars(address)) return 'barred'
      return (perAddress.get(address) ?? 0) >= limits.connectionsPerAddress ? 'too many connections with this address' : undefined
    },
    count(socket, address) {
      sockets.add(socket)
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
      socket.once('close', () => {
        sockets.delete(socket)
        const left = (perAddress.get(address) ?? 1) - 1
        if (left > 0) perAddress.set(address, left)
        else perAddress.delete(address)
      })
    },
    add(connection) {
      byPeer.set(keyOf(connection.transport, connection.address, connection.port), connection)
      all.add(connection)
    },
    alias(connection, port) {
      const known = byPeer.get(keyOf(connection.transport, connection.address, connection.port))
      if (known !== connection) return
      byPeer.set(keyOf(connection.transport, connection.address, port), known)
      aliases.set(known, port)
    },
    remove(connection) {
      if (!all.delete(connection)) return
      for (const port of [connection.port, aliases.get(connection)]) {
        if (port === undefined) continue
        const key = keyOf(connection.transport, connection.address, port)
        if (byPeer.get(key) !== connection) continue
        byPeer.delete(key)
        if (!closed) onGone({ transport: connection.transport, address: connection.address, port })
      }
    },
    close() {
      closed = true
      timers.stop(sweep)
      for (const connection of all) connection.destroy('')
      // Those in the middle of a handshake.
      for (const socket of sockets) socket.destroy()
    },
  }
}
