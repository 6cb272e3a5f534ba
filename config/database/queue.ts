import { messageOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { within } from '../within.ts'
import type { Database, Transaction } from './index.ts'

/** Takes rows from a table and works on them, as long as there are any. */
export interface Queue {
  /** Looks for rows now: there may be new ones. */
  wake(): void
  /** Takes no other row, and waits a moment for those under way. */
  close(): Promise<void>
}

export interface QueueOptions<Row extends { id: string }> {
  /** For the slow-query log and the log: `mail to send`. */
  name: string
  database: Database
  logger: Logger
  /** Rows at once, and of one owner. */
  atOnce: number
  atOnceOfOne: number
  ownerOf(row: Row): string
  /** How often it looks without being woken. */
  pollMs: number
  /**
   * The next row that is due, marked so that nobody else takes it until the claim is over; undefined: none is.
   *
   * @param full owners of whom no other row is taken now
   * @param busy rows that are worked on here
   */
  claim(trx: Transaction, full: string[], busy: string[]): Promise<Row | undefined>
  /** Does what is to be done and notes what came of it. When it rejects, the row is claimed once more when its claim is over. */
  work(row: Row): Promise<void>
}

/** What hangs does not keep us from stopping; it is done again after the start. */
const GOODBYE_MS = 3_000

/** Works on the rows of a table, also beside other processes that do: each is taken by one. */
export function startQueue<Row extends { id: string }>(options: QueueOptions<Row>): Queue {
  const { name, database, logger, atOnce, atOnceOfOne, ownerOf, pollMs } = options
  const busy = new Map<string, { owner: string; work: Promise<void> }>()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let claiming: Promise<void> | undefined
  let again = false

  const fullOwners = (): string[] => {
    const counts = new Map<string, number>()
    for (const { owner } of busy.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1)
    return [...counts].filter(([, count]) => count >= atOnceOfOne).map(([owner]) => owner)
  }
  const claimAll = async (): Promise<void> => {
    while (!closed && busy.size < atOnce) {
      again = false
      const row = await database.system(name, (trx) => options.claim(trx, fullOwners(), [...busy.keys()]))
      if (!row) {
        if (again) continue
        return
      }
      const work = options.work(row)
        .catch((error: unknown) => { if (!closed) logger.warn({ queue: name, row: row.id, err: error }, `${name}: what came of a row could not be noted, and it may be done twice: ${messageOf(error)}`) })
        .then(() => {
          busy.delete(row.id)
          wake()
        })
      busy.set(row.id, { owner: ownerOf(row), work })
    }
  }
  const wake = (): void => {
    again = true
    if (closed || claiming) return
    clearTimeout(timer)
    claiming = claimAll()
      .catch((error: unknown) => { if (!closed && database.available) logger.warn({ queue: name, err: error }, `${name}: it waits: ${messageOf(error)}`) })
      .then(() => {
        claiming = undefined
        if (!closed) timer = setTimeout(wake, pollMs).unref()
      })
  }

  return {
    wake,
    async close() {
      closed = true
      clearTimeout(timer)
      await claiming
      await within(Promise.all([...busy.values()].map(({ work }) => work)), GOODBYE_MS)
    },
  }
}
