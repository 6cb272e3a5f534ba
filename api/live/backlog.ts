/**
 * What was told lately, by tenant, so that a listener whose connection broke is told what it missed: nothing twice,
 * nothing left out. An event is put into words once, however many listen.
 */
import { serviceActor, type TenantId } from '../../config/actor.ts'
import type { Clock } from '../../config/clock.ts'
import { newId } from '../../config/ids.ts'
import type { Pbx, PbxEvent } from '../../pbx/index.ts'
import { presentEvent } from './filter.ts'

export interface Told {
  /** Counts the events of the tenant, from 1; some of them are not for everybody. */
  readonly seq: number
  readonly event: PbxEvent
  /** When it was heard, by this server's clock. */
  readonly at: number
  /** The message as it is sent. */
  readonly text: string
}

export interface BacklogLimits {
  /** Events kept for one tenant. */
  events: number
  /** Characters kept for one tenant. */
  size: number
  /** How long an event is kept, and how long a tenant nobody listens to is still heard, in milliseconds. */
  ms: number
}

export const standardLimits: BacklogLimits = { events: 5_000, size: 8 * 1024 * 1024, ms: 120_000 }

export interface Following {
  /** Numbers of events count only together with this: it changes when a tenant is heard anew. */
  readonly epoch: string
  /** The last event of the tenant so far. */
  readonly seq: number
  /** What was told since `after`, oldest first; undefined when that is not known any more. */
  readonly missed: readonly Told[] | undefined
  stop(): void
}

export interface Backlog {
  /** Calls `listener` with every event from now on. What is `missed` was told before the first of them. */
  follow(tenantId: TenantId, after: Place | undefined, listener: (told: Told) => void): Following
  /** How much is kept for this tenant. */
  kept(tenantId: TenantId): { events: number; size: number }
  close(): void
}

/** How far a listener has come. */
export interface Place {
  epoch: string
  seq: number
}

interface Line {
  readonly epoch: string
  seq: number
  told: Told[]
  size: number
  readonly listeners: Set<(told: Told) => void>
  readonly stop: () => void
  leaving: NodeJS.Timeout | undefined
}

export function openBacklog(pbx: Pick<Pbx, 'subscribe'>, clock: Clock, limits: BacklogLimits = standardLimits): Backlog {
  const lines = new Map<TenantId, Line>()

  /** Lets go of what is too old or too much. */
  function trim(line: Line): void {
    const oldest = clock.now() - limits.ms
    let gone = 0
    let { size } = line
    for (const { at, text } of line.told) {
      if (line.told.length - gone <= limits.events && size <= limits.size && at >= oldest) break
      size -= text.length
      gone += 1
    }
    if (gone === 0) return
    line.told.splice(0, gone)
    line.size = size
  }

  function open(tenantId: TenantId): Line {
    const line: Line = {
      epoch: newId(), seq: 0, told: [], size: 0, listeners: new Set(), leaving: undefined,
      stop: pbx.subscribe(serviceActor(tenantId, 'live'), (event) => {
        if (event.tenantId !== tenantId) return
        line.seq += 1
        const told = { seq: line.seq, event, at: clock.now(), text: JSON.stringify({ ...presentEvent(event), seq: line.seq }) }
        line.told.push(told)
        line.size += told.text.length
        trim(line)
        for (const listener of [...line.listeners]) listener(told)
      }),
    }
    lines.set(tenantId, line)
    return line
  }

  function forget(tenantId: TenantId, line: Line): void {
    clearTimeout(line.leaving)
    line.stop()
    lines.delete(tenantId)
  }

  return {
    follow(tenantId, after, listener) {
      const line = lines.get(tenantId) ?? open(tenantId)
      clearTimeout(line.leaving)
      line.listeners.add(listener)
      trim(line)
      const first = line.seq - line.told.length
      const known = after !== undefined && after.epoch === line.epoch && after.seq >= first && after.seq <= line.seq
      return {
        epoch: line.epoch,
        seq: line.seq,
        missed: known ? line.told.slice(after.seq - first) : undefined,
        stop() {
          if (!line.listeners.delete(listener) || line.listeners.size > 0 || lines.get(tenantId) !== line) return
          line.leaving = setTimeout(() => forget(tenantId, line), limits.ms).unref()
        },
      }
    },
    kept(tenantId) {
      const line = lines.get(tenantId)
      return { events: line?.told.length ?? 0, size: line?.size ?? 0 }
    },
    close() {
      for (const [tenantId, line] of lines) forget(tenantId, line)
    },
  }
}
