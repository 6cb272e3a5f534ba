/** Opens the database: embedded, or the one DATABASE_URL names. The tables are up to date when it returns. */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Actor } from '../actor.ts'
import { messageOf, Refusal } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Settings } from '../settings/settings.ts'
import { writeAudit } from './audit.ts'
import { openEmbedded } from './embedded/index.ts'
import { isConnectionLoss, lastingFailure, refusalFor } from './failure.ts'
import type { Database, Transaction } from './index.ts'
import { runMigrations } from './migrate.ts'
import { openPool } from './pool.ts'
import { startWatch } from './watch.ts'

export interface DatabaseOptions {
  settings: Pick<Settings, 'home' | 'database'>
  logger: Logger
}

const OLDEST = 14
/** How long the start waits for a PostgreSQL elsewhere, which may be starting too. */
const PATIENCE_MS = 30_000
const SLOW_MS = 1_000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A PostgreSQL that answers, as it is: what is in it was not looked at. */
export interface Server {
  connection: pg.ClientConfig
  close(): Promise<void>
}

/** The embedded PostgreSQL, started, or the one that DATABASE_URL names. Refuses `unavailable` with a sentence for every way it can fail. */
export async function openServer({ settings, logger: parent }: DatabaseOptions): Promise<Server> {
  const logger = parent.child({ room: 'database' })
  const { url, pool } = settings.database
  if (url === undefined) {
    const embedded = await openEmbedded({ home: settings.home, pool, logger })
    return { connection: { ...embedded.connection, application_name: 'dialplane' }, close: () => embedded.close() }
  }
  const connection: pg.ClientConfig = { connectionString: url, application_name: 'dialplane' }
  await awaitServer(connection, logger)
  return { connection, close: async () => {} }
}

/** The database, with how to reach it: for what needs connections of its own, as backups do. */
export type OpenDatabase = Database & { readonly connection: pg.ClientConfig }

/** Refuses `unavailable` with a sentence for every way it can fail; nothing is left open then. */
export async function openDatabase({ settings, logger: parent }: DatabaseOptions): Promise<OpenDatabase> {
  const logger = parent.child({ room: 'database' })
  const size = settings.database.pool
  const opened: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const step of opened.splice(0).reverse()) await step()
  }
  try {
    const { connection, close: stop } = await openServer({ settings, logger: parent })
    opened.push(stop)
    await runMigrations(connection, logger)
    const pool = openPool(connection, size, logger)
    opened.push(() => pool.close())
    const watch = await startWatch(connection, logger, () => pool.cut())
    opened.push(() => watch.close())
    return Object.assign(createDatabase(pool, watch, logger, close), { connection })
  } catch (error) {
    await close()
    throw error
  }
}

function createDatabase(
  pool: ReturnType<typeof openPool>,
  watch: Awaited<ReturnType<typeof startWatch>>,
  logger: Logger,
  closeAll: () => Promise<void>,
): Database {
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function run<T>(opening: string, purpose: object, writes: boolean, work: (trx: Transaction) => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new Refusal('unavailable', 'The database is being closed.', { retryAfter: 5 })
    if (!watch.available) throw new Refusal('unavailable', 'The database does not answer.', { retryAfter: 5 })
    const started = performance.now()
    const transaction = pool.transact(opening, work)
    running.add(transaction)
    try {
      return await transaction
    } catch (error) {
      if (isConnectionLoss(error)) watch.suspect()
      const refusal = refusalFor(error, writes)
      if (refusal !== error) logger.warn({ ...purpose, error: messageOf(error) }, 'the database could not serve a transaction')
      throw refusal
    } finally {
      running.delete(transaction)
      const ms = Math.round(performance.now() - started)
      if (ms > SLOW_MS) logger.warn({ ...purpose, ms }, 'slow transaction')
    }
  }

  return {
    get available() {
      return closing === undefined && watch.available
    },
    read: async (actor, work) => run(tenantOpening('BEGIN READ ONLY', actor), purposeOf(actor), false, work),
    change: async (actor, work) =>
      run(tenantOpening('BEGIN', actor), purposeOf(actor), true, async (trx) => {
        const { result, audit } = await work(trx)
        await writeAudit(trx, actor, audit)
        return result
      }),
    system: (purpose, work) => run('BEGIN', { purpose }, true, work),
    listen: (channel, onNotify, onGap) => watch.listen(channel, onNotify, onGap),
    pool: () => pool.figures(),
    onAvailability: (listener) => watch.onAvailability(listener),
    close() {
      closing ??= (async () => {
        await Promise.allSettled(running)
        await closeAll()
      })()
      return closing
    },
  }
}

/** From here to the end of the transaction only the actor's tenant exists. One simple query, so one round trip. */
function tenantOpening(begin: string, actor: Actor): string {
  if (!UUID.test(actor.tenantId)) throw new Error('The actor has no tenant.')
  return `${begin}; SET LOCAL ROLE dialplane_tenant; SELECT set_config('dialplane.tenant', '${actor.tenantId}', true)`
}

function purposeOf(actor: Actor): object {
  return { tenant: actor.tenantId, actor: `${actor.kind}:${actor.id}` }
}

/** Waits with growing pauses until the server answers, and checks that it is new enough. */
async function awaitServer(connection: pg.ClientConfig, logger: Logger): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (let delay = 100; ; delay = Math.min(delay * 2, 3_000)) {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num')
      const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000)
      if (major < OLDEST) throw new Refusal('unavailable', `The PostgreSQL of DATABASE_URL is version ${major}; Dialplane needs ${OLDEST} or newer.`)
      return
    } catch (error) {
      if (error instanceof Refusal) throw error
      const lasting = lastingFailure(error)
      if (lasting !== undefined) throw new Refusal('unavailable', lasting, { cause: error })
      if (performance.now() + delay > deadline) {
        throw new Refusal('unavailable', `The PostgreSQL of DATABASE_URL does not answer: ${messageOf(error)}. Start it, or correct DATABASE_URL.`, { cause: error })
      }
      logger.warn({ error: messageOf(error) }, 'waiting for PostgreSQL')
    } finally {
      await client.end().catch(() => {})
    }
    await wait(delay)
  }
}
