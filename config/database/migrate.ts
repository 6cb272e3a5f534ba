/** Brings the tables to the state this code needs: the dated files in /migrations, in order. */
import { readdir } from 'node:fs/promises'
import knex from 'knex'
import pg from 'pg'
import { messageOf, Refusal } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { codeOf } from './failure.ts'
import type { Knex } from './index.ts'
import { knexLog } from './knex-log.ts'

const FOLDER = new URL('../../migrations/', import.meta.url)
const DATED = /^\d{8}_\d{2}_[a-z0-9-]+\.ts$/
const TABLE = 'knex_migrations'
/** Any number that only we use; `dial` in ASCII. */
const LOCK = 0x6469616c
const LOCK_MS = 120_000

/** Lists the dated files; Node runs their TypeScript as it is. */
export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => (await readdir(FOLDER)).filter((name) => DATED.test(name)).sort(),
  getMigrationName: (name) => name,
  getMigration: async (name) => (await import(new URL(name, FOLDER).href)) as Knex.Migration,
}

/**
 * Runs what has not run yet, each file in a transaction; other nodes that start now wait for it.
 * Refuses `unavailable` when a newer Dialplane wrote the database, or a step fails.
 */
export async function runMigrations(connection: pg.ClientConfig, logger: Logger): Promise<void> {
  await withMigrations(connection, logger, async (db) => {
    const [, applied] = (await db.migrate.latest()) as [number, string[]]
    if (applied.length > 0) logger.info({ applied }, 'database migrated')
  })
}

/** Brings empty tables to the state in which exactly these steps have run. Refuses `unprocessable` when there is one that this code does not know. */
export async function runTheseMigrations(connection: pg.ClientConfig, logger: Logger, wanted: readonly string[]): Promise<void> {
  await requireKnownMigrations(wanted)
  const these = new Set(wanted)
  const source: Knex.MigrationSource<string> = { ...migrationSource, getMigrations: async (extensions) => (await migrationSource.getMigrations(extensions)).filter((name) => these.has(name)) }
  await withMigrations(connection, logger, (db) => db.migrate.latest({ migrationSource: source }))
}

/** Refuses `unprocessable` the tables of a newer Dialplane. */
export async function requireKnownMigrations(wanted: readonly string[]): Promise<void> {
  const known = new Set(await migrationSource.getMigrations([]))
  const unknown = wanted.filter((name) => !known.has(name))
  if (unknown.length > 0) throw new Refusal('unprocessable', `This backup was made by a newer Dialplane (it has ${unknown.join(', ')}, which this one does not know). Install that version or a newer one, and restore it there.`)
}

/** The steps that have run, in order of name; none when there are no tables. */
export async function migrationsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [TABLE])
  if (rows[0]?.present !== true) return []
  return (await client.query<{ name: string }>(`SELECT name FROM ${TABLE} ORDER BY name`)).rows.map(({ name }) => name)
}

/** Undoes every step, newest first. For tests: it drops all data. */
export async function undoMigrations(connection: pg.ClientConfig, logger: Logger): Promise<void> {
  await withMigrations(connection, logger, (db) => db.migrate.rollback(undefined, true))
}

async function withMigrations(connection: pg.ClientConfig, logger: Logger, work: (db: Knex) => Promise<unknown>): Promise<void> {
  const holder = new pg.Client(connection)
  holder.on('error', () => {})
  // Steps may take long, so nothing here has a statement timeout.
  const db = knex({
    client: 'pg',
    connection: connection as Knex.PgConnectionConfig,
    pool: { min: 0, max: 2 },
    log: knexLog(logger),
    migrations: { migrationSource, tableName: TABLE },
  })
  try {
    await holder.connect()
    await holder.query(`SET lock_timeout = ${LOCK_MS}`)
    await holder.query('SELECT pg_advisory_lock($1)', [LOCK])
    await refuseNewer(holder)
    // Whoever held knex's own lock is dead, for we hold the one that dies with its connection.
    await db.migrate.forceFreeMigrationsLock()
    await work(db)
  } catch (error) {
    throw asRefusal(error)
  } finally {
    await db.destroy()
    await holder.end().catch(() => {})
  }
}

async function refuseNewer(client: pg.Client): Promise<void> {
  const known = new Set(await migrationSource.getMigrations([]))
  const unknown = (await migrationsOf(client)).filter((name) => !known.has(name))
  if (unknown.length > 0) {
    throw new Refusal('unavailable', `The database was written by a newer Dialplane (it has ${unknown.join(', ')}, which this one does not know). Start that newer version, or restore a backup made with this one.`)
  }
}

function asRefusal(error: unknown): unknown {
  if (error instanceof Refusal) return error
  const code = codeOf(error)
  if (code === '55P03') return new Refusal('unavailable', 'Another Dialplane has been migrating this database for two minutes. Wait until it is done.', { cause: error })
  if (code === '42501') {
    return new Refusal('unavailable', `The database user may not do what a migration needs: ${messageOf(error)}. It must own the database and be allowed to create roles: ALTER ROLE … CREATEROLE.`, { cause: error })
  }
  return new Refusal('unavailable', `The database could not be migrated: ${messageOf(error)}`, { cause: error })
}
