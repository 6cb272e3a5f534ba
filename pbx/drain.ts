/** Taking no new calls: before this machine is stopped for maintenance, or for as long as somebody wishes. */
import type { Actor } from '../config/actor.ts'
import type { AuditEntry, Database } from '../config/database/index.ts'
import { Refusal } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'
import type { CallRegistry } from './calls/registry.ts'
import type { Directory } from './directory/types.ts'
import type { Drain } from './door.ts'

export interface Drainer {
  /** New calls are refused. */
  readonly on: boolean
  state(): Drain
  /** Resolves when the last call is over; never when calls are taken again before. `thenStop` as for the API. */
  begin(thenStop: boolean): Promise<void>
  /** The same two for people: audited, for those who run this machine. */
  beginFor(actor: Actor, thenStop: boolean): Promise<Drain>
  endFor(actor: Actor): Promise<Drain>
  /** Told when the last call is over and the process was to stop then. */
  onOver(listener: () => void): void
}

export function createDrainer({ registry, database, directory, logger }: { registry: CallRegistry; database: Database; directory: Pick<Directory, 'snapshot'>; logger: Logger }): Drainer {
  let current: { since: Date; thenStop: boolean } | undefined
  const listeners: (() => void)[] = []
  /** Which of several waits counts. */
  let turn = 0

  const state = (): Drain => ({ on: current !== undefined, since: current?.since ?? null, thenStop: current?.thenStop ?? false, callsLeft: registry.size })
  const begin = async (thenStop: boolean): Promise<void> => {
    current = { since: current?.since ?? new Date(), thenStop }
    const mine = ++turn
    logger.info({ thenStop, calls: registry.size }, 'no new calls are taken')
    await registry.idle()
    if (mine !== turn) return new Promise(() => {})
    if (thenStop) for (const listener of listeners) listener()
  }
  const end = (): void => {
    if (!current) return
    current = undefined
    turn++
    logger.info('new calls are taken again')
  }
  const change = async (actor: Actor, action: string, act: () => void, after: AuditEntry['after']): Promise<Drain> => {
    if (directory.snapshot().tenant(actor.tenantId)?.isDefault !== true) throw new Refusal('forbidden', 'This concerns the calls of all tenants; only those who run this system can do it.')
    return database.change(actor, async () => {
      act()
      return { result: state(), audit: { action, subjectType: 'system', subjectId: actor.tenantId, ...(after === undefined ? {} : { after }) } }
    })
  }

  return {
    get on() {
      return current !== undefined
    },
    state,
    begin,
    beginFor: (actor, thenStop) => change(actor, 'drain.begin', () => void begin(thenStop), { thenStop }),
    endFor: (actor) => change(actor, 'drain.end', end, undefined),
    onOver: (listener) => void listeners.push(listener),
  }
}
