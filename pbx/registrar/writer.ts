import type { Database } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Binding } from './binding.ts'
import { writeBindings } from './store.ts'

/** Rows of one transaction at most. */
const BATCH_ROWS = 500
/** Transactions begin at least this far apart, so that a storm of registrations shares few commits. */
const SPACING_MS = 20
/** A lone registration waits this long for company. */
const GATHER_MS = 1
/** A refresh waits this long: the row it renews is there and valid, so nobody waits for the commit. */
const REFRESH_MS = 500
/** A phone is answered after this at the latest, from memory when PostgreSQL is away. */
const PATIENCE_MS = 500
const RETRY_MS = 1_000

type Op = { kind: 'save'; binding: Binding } | { kind: 'remove'; deviceId: string; key: string }

export interface BindingWriter {
  /** Rows still to be written. */
  readonly unwritten: number
  /** @param urgency `refresh` when only times changed: what a crash then loses is half a second of validity */
  save(binding: Binding, urgency?: 'now' | 'refresh'): void
  remove(binding: Binding): void
  /** Resolves when what was given so far is committed, or when waiting longer makes no sense. Never rejects. */
  settled(): Promise<void>
  /** Tries once more to write all, then stops. */
  close(): Promise<void>
}

/**
 * Writes bindings behind the answers to phones: the newest state of each, in batches. What cannot be
 * written is kept, one entry a binding, until PostgreSQL is back.
 */
export function createBindingWriter(options: { database: Database; logger: Logger; write?: typeof writeBindings }): BindingWriter {
  const { database, logger } = options
  const write = options.write ?? writeBindings
  const queued = new Map<string, Op>()
  let waiting: PromiseWithResolvers<void> | undefined
  let patience: NodeJS.Timeout | undefined
  let timer: NodeJS.Timeout | undefined
  let dueAt = Infinity
  let urgent = false
  let running: Promise<void> | undefined
  let lastStart = 0
  let closed = false

  const letGo = (): void => {
    clearTimeout(patience)
    waiting?.resolve()
    waiting = undefined
  }
  const schedule = (ms: number): void => {
    if (running || closed || queued.size === 0) return
    const at = performance.now() + ms
    if (at >= dueAt) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(() => {
      stopTimer()
      void flush()
    }, ms)
  }
  const stopTimer = (): void => {
    clearTimeout(timer)
    timer = undefined
    dueAt = Infinity
  }
  const soon = (): void => schedule(urgent ? Math.max(GATHER_MS, lastStart + SPACING_MS - performance.now()) : REFRESH_MS)

  /** One batch. @returns whether more can be tried at once */
  const writeBatch = async (ops: [string, Op][]): Promise<boolean> => {
    const saved = ops.flatMap(([, op]) => (op.kind === 'save' ? [op.binding] : []))
    const removed = ops.flatMap(([, op]) => (op.kind === 'remove' ? [op] : []))
    try {
      await database.system('bindings', (trx) => write(trx, saved, removed))
      return true
    } catch (error) {
      if (error instanceof Refusal) {
        for (const [key, op] of ops) {
          const newer = queued.get(key)
          if (!newer) queued.set(key, op)
          // The row that was to be removed is still there, under the newer binding's key.
          else if (newer.kind === 'save' && op.kind === 'remove') newer.binding.stored = true
        }
        return false
      }
      const [first] = ops
      if (ops.length === 1 && first) {
        logger.error({ err: error, binding: first[0] }, `a registration cannot be stored and will not survive a restart: ${messageOf(error)}`)
        return true
      }
      // One row the database will not take must not keep the others out.
      const middle = ops.length >> 1
      const before = await writeBatch(ops.slice(0, middle))
      return (await writeBatch(ops.slice(middle))) && before
    }
  }

  const flush = (): Promise<void> => {
    if (!database.available) {
      letGo()
      schedule(RETRY_MS)
      return Promise.resolve()
    }
    running ??= (async () => {
      lastStart = performance.now()
      urgent = false
      const ops = [...take(queued, BATCH_ROWS)]
      const mine = waiting
      waiting = undefined
      const mineTimer = patience
      for (const [, op] of ops) if (op.kind === 'save') op.binding.stored = true
      const ok = await writeBatch(ops)
      clearTimeout(mineTimer)
      mine?.resolve()
      running = undefined
      if (ok) soon()
      else {
        letGo()
        schedule(RETRY_MS)
      }
    })()
    return running
  }

  const stopListening = database.onAvailability((available) => {
    if (!available) return letGo()
    stopTimer()
    urgent = true
    soon()
  })

  return {
    get unwritten() {
      return queued.size
    },
    save(binding, urgency = 'now') {
      const key = keyOf(binding)
      // A row of an earlier binding with this key may be there still.
      if (queued.get(key)?.kind === 'remove') binding.stored = true
      queued.set(key, { kind: 'save', binding })
      if (urgency === 'now') urgent = true
      soon()
    },
    remove(binding) {
      const key = keyOf(binding)
      // Never written, so there is nothing to delete: comings and goings while PostgreSQL is away leave nothing behind.
      if (!binding.stored) queued.delete(key)
      else queued.set(key, { kind: 'remove', deviceId: binding.deviceId, key: binding.key })
      urgent = true
      soon()
    },
    settled() {
      if (queued.size === 0 || !database.available || closed) return Promise.resolve()
      if (!waiting) {
        waiting = Promise.withResolvers<void>()
        const own = waiting
        patience = setTimeout(() => own.resolve(), PATIENCE_MS)
      }
      return waiting.promise
    },
    async close() {
      if (closed) return
      stopTimer()
      await running
      while (queued.size > 0 && database.available) {
        const before = queued.size
        await flush()
        if (queued.size >= before) break
      }
      closed = true
      stopListening()
      stopTimer()
      letGo()
      if (queued.size > 0) logger.warn({ rows: queued.size }, 'registrations could not be stored before the end; these phones register again by themselves')
    },
  }
}

function keyOf(binding: Binding): string {
  return `${binding.deviceId} ${binding.key}`
}

/** Takes up to `count` entries out of a map, the oldest first. */
function take<K, V>(map: Map<K, V>, count: number): [K, V][] {
  const taken: [K, V][] = []
  for (const entry of map) {
    if (taken.length === count) break
    taken.push(entry)
    map.delete(entry[0])
  }
  return taken
}
