/** All connections to SIP peers, whatever their transport: found by the peer, counted, ended when silent. */
import type { Limits, Timing } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import type { Connection, TransportName } from './flow.ts'

/** A connection as its table sees it. */
export interface TableConnection extends Connection {
  /** When something last arrived, milliseconds since the epoch. */
  readonly lastHeard: number
  /** Ends it at once; what was to be sent is told `reason`. */
  destroy(reason: string): void
}

export interface ConnectionTable {
  readonly size: number
  /** The open connection to exactly this peer. */
  find(transport: TransportName, address: string, port: number): TableConnection | undefined
  /** Why there can be no further connection with this address; undefined when there can. */
  full(address: string): string | undefined
  add(connection: TableConnection): void
  remove(connection: TableConnection): void
  /** Ends all of them; none is added afterwards. */
  close(): void
}

const SWEEP_MS = 30_000

const keyOf = (transport: TransportName, address: string, port: number) => `${transport}|${address}|${port}`

export function createConnectionTable(timers: Timers, timing: Timing, limits: Limits, bars: (address: string) => boolean = () => false): ConnectionTable {
  const byPeer = new Map<string, TableConnection>()
  const all = new Set<TableConnection>()
  const perAddress = new Map<string, number>()
  let closed = false
  let sweep: TimerHandle

  const sweeper = {
    onTimer() {
      const oldest = timers.now() - timing.idlePeer
      for (const connection of all) if (connection.lastHeard < oldest) connection.destroy('idle')
      sweep = timers.start(SWEEP_MS, sweeper, 'sweep')
    },
  }
  sweep = timers.start(SWEEP_MS, sweeper, 'sweep')

  return {
    get size() {
      return all.size
    },
    find(transport, address, port) {
      const connection = byPeer.get(keyOf(transport, address, port))
      return connection?.open ? connection : undefined
    },
    full(address) {
      if (closed) return 'closing'
      if (all.size >= limits.connections) return 'too many connections'
      if (bars(address)) return 'barred'
      return (perAddress.get(address) ?? 0) >= limits.connectionsPerAddress ? 'too many connections with this address' : undefined
    },
    add(connection) {
      byPeer.set(keyOf(connection.transport, connection.address, connection.port), connection)
      all.add(connection)
      perAddress.set(connection.address, (perAddress.get(connection.address) ?? 0) + 1)
    },
    remove(connection) {
      if (!all.delete(connection)) return
      const key = keyOf(connection.transport, connection.address, connection.port)
      if (byPeer.get(key) === connection) byPeer.delete(key)
      const left = (perAddress.get(connection.address) ?? 1) - 1
      if (left > 0) perAddress.set(connection.address, left)
      else perAddress.delete(connection.address)
    },
    close() {
      closed = true
      timers.stop(sweep)
      for (const connection of all) connection.destroy('')
    },
  }
}
