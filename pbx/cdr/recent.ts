import type { Events } from '../events/events.ts'
import type { viewOf } from './row.ts'

/** Calls that ended a moment ago, until their rows are surely in the database. */
export function rememberRecent(events: Pick<Events, 'subscribe'>): { get(tenantId: string, id: string): ReturnType<typeof viewOf> | undefined; close(): void } {
  const ended = new Map<string, ReturnType<typeof viewOf>>()
  const stop = events.subscribe((event) => {
    if (event.type !== 'call.ended') return
    ended.set(event.data.call.id, event.data.call)
    const oldest = ended.size > 1_000 ? ended.keys().next().value : undefined
    if (oldest !== undefined) ended.delete(oldest)
  })
  return {
    get(tenantId, id) {
      const call = ended.get(id)
      return call?.tenantId === tenantId ? call : undefined
    },
    close: stop,
  }
}
