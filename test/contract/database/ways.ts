/** The two ways to a database. The same behaviours are proved on each that is there. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openEmbedded, type Connection } from '../../../config/database/embedded/index.ts'
import type { Database } from '../../../config/database/index.ts'
import { openDatabase } from '../../../config/database/open.ts'
import { createLogger } from '../../../config/logger.ts'

export const quiet = createLogger('silent')

export interface Place {
  /** Connects as Dialplane does, past all of its code. */
  connection: pg.ClientConfig
  open(): Promise<Database>
  /** A second Dialplane on the same database, as another node would be, while the first is open. */
  openBeside(pool: number): Promise<Database>
  remove(): Promise<void>
}

export interface Way {
  name: string
  /** Why it cannot be tried here; false when it can. */
  skip: string | false
  /** An empty database that `remove` takes away again. */
  prepare(): Promise<Place>
}

const url = process.env['DATABASE_URL']

const embedded: Way = {
  name: 'embedded PostgreSQL',
  skip: false,
  async prepare() {
    const home = await mkdtemp(join(tmpdir(), 'dialplane-database-'))
    // Made once so that its address and password are known; from then on openDatabase finds it.
    const first = await openEmbedded({ home, pool: 4, logger: quiet })
    await first.close()
    return {
      connection: { ...first.connection },
      open: () => openDatabase({ settings: { home, database: { url: undefined, pool: 4 } }, logger: quiet }),
      openBeside: (pool) => openDatabase({ settings: { home, database: { url: urlOf(first.connection), pool } }, logger: quiet }),
      remove: () => rm(home, { recursive: true, force: true }),
    }
  },
}

const external: Way = {
  name: 'PostgreSQL of DATABASE_URL',
  skip: url === undefined ? 'DATABASE_URL is not set' : false,
  async prepare() {
    // A database of our own beside the one named, so that nothing of anybody's is touched. Needs CREATEDB.
    const name = `dialplane_test_${randomBytes(6).toString('hex')}`
    const beside = new URL(url ?? '')
    beside.pathname = `/${name}`
    await once(url ?? '', `CREATE DATABASE ${name}`)
    return {
      connection: { connectionString: beside.href },
      open: () => openDatabase({ settings: { home: tmpdir(), database: { url: beside.href, pool: 4 } }, logger: quiet }),
      openBeside: (pool) => openDatabase({ settings: { home: tmpdir(), database: { url: beside.href, pool } }, logger: quiet }),
      remove: () => once(url ?? '', `DROP DATABASE ${name}`),
    }
  },
}

export const ways = [embedded, external]

function urlOf({ user, password, host, port, database }: Connection): string {
  return `postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}

async function once(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

/** Runs statements past the house, on a connection of its own. */
export async function directly<T>(place: Place, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(place.connection)
  client.on('error', () => {})
  await client.connect()
  return work(client).finally(() => client.end())
}
