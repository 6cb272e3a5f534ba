import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/** Writes what anybody on the network can cause: each kind at once, then at most once a minute with how often it was. */
export interface QuietLog {
  /** @param kind what makes two lines the same: cause and peer */
  write(level: 'info' | 'warn' | 'error', kind: string, fields: object, message: string): void
}

const EVERY_MS = 60_000
/** Lines a minute, whatever they are about: somebody may send from any number of made-up addresses. */
const MOST_LINES = 100

export function createQuietLog(logger: Logger, clock: Clock): QuietLog {
  const kinds = new Map<string, { writtenAt: number; unwritten: number }>()
  let [minute, lines, leftOut] = [0, 0, 0]
  return {
    write(level, kind, fields, message) {
      const now = clock.now()
      const known = kinds.get(kind)
      if (known && now - known.writtenAt < EVERY_MS) {
        known.unwritten += 1
        return
      }
      if (now - minute >= EVERY_MS) {
        if (leftOut > 0) logger.warn({ lines: leftOut }, 'there were more such lines than are written in a minute')
        ;[minute, lines, leftOut] = [now, 0, 0]
        for (const [name, { writtenAt }] of kinds) if (name !== kind && now - writtenAt >= 2 * EVERY_MS) kinds.delete(name)
      }
      if (++lines > MOST_LINES) {
        leftOut += 1
        return
      }
      kinds.set(kind, { writtenAt: now, unwritten: 0 })
      logger[level](known && known.unwritten > 0 ? { ...fields, unwritten: known.unwritten } : fields, message)
    },
  }
}
