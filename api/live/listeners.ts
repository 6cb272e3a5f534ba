import type { Clock } from '../../config/clock.ts'
import type { Pbx } from '../../pbx/index.ts'
import type { LiveStats } from '../http/world.ts'
import { openBacklog, type Backlog } from './backlog.ts'
import type { LiveConnection } from './connection.ts'

/** Everybody who listens, and what is kept for those who come back. */
export interface Listeners {
  readonly backlog: Backlog
  /** By connection, the person or program behind it. */
  readonly open: Map<LiveConnection, string>
  /** Counts one more listener. */
  admitted(connection: LiveConnection, actorId: string): void
  stats(tenantId: string): LiveStats
}

export function createListeners(pbx: Pick<Pbx, 'subscribe'>, clock: Clock): Listeners {
  const backlog = openBacklog(pbx, clock)
  const open = new Map<LiveConnection, string>()
  const returned = new Map<string, { resumed: number; tooLate: number }>()
  return {
    backlog,
    open,
    admitted(connection, actorId) {
      open.set(connection, actorId)
      if (connection.resumed === undefined) return
      const counts = returned.get(connection.tenantId) ?? { resumed: 0, tooLate: 0 }
      counts[connection.resumed ? 'resumed' : 'tooLate'] += 1
      returned.set(connection.tenantId, counts)
    },
    stats(tenantId) {
      const own = [...open].filter(([connection]) => connection.tenantId === tenantId)
      return {
        connections: own.length,
        listeners: new Set(own.map(([, actorId]) => actorId)).size,
        ...(returned.get(tenantId) ?? { resumed: 0, tooLate: 0 }),
        events: backlog.kept(tenantId).events,
      }
    },
  }
}
