import { appendFile, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Database, Transaction } from './index.ts'

/**
 * A queue of facts on their way to PostgreSQL: written in batches, kept while the database is
 * away, put into a file when there are too many of them or when we must stop first.
 * `write` is given the same row again after a crash, so it must be idempotent (ON CONFLICT).
 */
export interface Journal<T> {
  add(row: T): void
  /** Rows not yet in the database. */
  readonly pending: number
  /** Resolves when everything added so far is written or spooled. */
  flush(): Promise<void>
  /** Writes what it can, spools the rest. */
  close(): Promise<void>
}

export interface JournalOptions<T> {
  /** For logs. */
  name: string
  database: Database
  logger: Logger
  /** File that holds what could not be written, one JSON row a line. */
  spoolFile: string
  write: (trx: Transaction, rows: T[]) => Promise<void>
  /** Longest wait of a row for company, in milliseconds. */
  delayMs?: number
  /** Rows kept in memory before they go to the file. */
  memoryRows?: number
}

const BATCH = 500
const RETRY_MS = 2_000

export function createJournal<T>(options: JournalOptions<T>): Journal<T> {
  const { name, database, logger, spoolFile, delayMs = 100, memoryRows = 5_000 } = options
  let queue: T[] = []
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()
  let spooled = true // A file may be left from before.
  let closed = false

  const schedule = (ms: number): void => {
    if (timer || closed) return
    timer = setTimeout(() => {
      timer = undefined
      work = work.then(drain)
    }, ms)
  }

  const drain = async (): Promise<void> => {
    try {
      if (spooled) await unspool()
      while (queue.length > 0) {
        const batch = queue.slice(0, BATCH)
        await writeBatch(batch)
        queue = queue.slice(batch.length)
      }
    } catch (error) {
      if (queue.length > memoryRows) await spool()
      logger.warn({ journal: name, pending: queue.length }, `rows wait for the database: ${messageOf(error)}`)
      schedule(RETRY_MS)
    }
  }

  /** One transaction for the batch; when a row is bad, one for each, so that it spoils only itself. */
  const writeBatch = async (rows: T[]): Promise<void> => {
    try {
      await database.system(name, (trx) => options.write(trx, rows))
      return
    } catch (error) {
      if (!database.available || rows.length === 0) throw error
    }
    for (const row of rows) {
      try {
        await database.system(name, (trx) => options.write(trx, [row]))
      } catch (error) {
        if (!database.available) throw error
        await append(`${spoolFile}.rejected`, [row])
        logger.error({ journal: name, err: error }, `a row was refused by the database and put aside: ${messageOf(error)}`)
      }
    }
  }

  const spool = async (): Promise<void> => {
    // A copy: rows go on coming while the file is written, and those are not in it.
    const rows = [...queue]
    if (rows.length === 0) return
    try {
      await append(spoolFile, rows)
      queue = queue.slice(rows.length)
      spooled = true
    } catch (error) {
      logger.error({ journal: name, err: error }, `rows cannot be spooled to disk and stay in memory: ${messageOf(error)}`)
    }
  }

  const unspool = async (): Promise<void> => {
    const reading = `${spoolFile}.reading`
    // A `.reading` file left over means we stopped in the middle of it; it is read again, which is harmless.
    const left = await readFile(reading, 'utf8').catch(() => undefined)
    if (left === undefined && !(await rename(spoolFile, reading).then(() => true, () => false))) {
      spooled = false
      return
    }
    const text = left ?? (await readFile(reading, 'utf8'))
    const rows = text.split('\n').flatMap((line) => parseLine<T>(line))
    for (let at = 0; at < rows.length; at += BATCH) await writeBatch(rows.slice(at, at + BATCH))
    await rm(reading, { force: true })
    spooled = left !== undefined
    if (rows.length > 0) logger.info({ journal: name, rows: rows.length }, 'spooled rows written to the database')
    if (spooled) await unspool()
  }

  schedule(delayMs)
  return {
    add(row) {
      queue.push(row)
      schedule(delayMs)
    },
    get pending() {
      return queue.length
    },
    flush() {
      clearTimeout(timer)
      timer = undefined
      work = work.then(drain)
      return work
    },
    async close() {
      if (closed) return work
      closed = true
      clearTimeout(timer)
      if (database.available) work = work.then(drain)
      await work
      await spool()
    },
  }
}

async function append(file: string, rows: unknown[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await appendFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 })
}

/** A line cut short by a crash is left out; the row was not acknowledged to anyone. */
function parseLine<T>(line: string): T[] {
  if (line.trim() === '') return []
  try {
    return [JSON.parse(line) as T]
  } catch {
    return []
  }
}
