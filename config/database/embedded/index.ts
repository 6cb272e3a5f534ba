/**
 * The embedded PostgreSQL, whole: lock, programs, identity, data folder, server, our own role and
 * database in it. Everything lies in `<home>/database`; passwords in `<home>/keys`.
 */
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { messageOf, Refusal } from '../../errors.ts'
import { lockFolder } from '../../folder-lock.ts'
import { randomToken } from '../../ids.ts'
import { openKeyFolder, readOrCreateKeyFile } from '../../key-file.ts'
import type { Logger } from '../../logger.ts'
import { copyBinaries, locateBinaries, repairLinks } from './binaries.ts'
import { prepareCluster, SUPERUSER } from './cluster.ts'
import { findIdentity, identitiesOfMachine, type Finding, type Identity } from './identity.ts'
import { stopOrphan } from './orphan.ts'
import { EmbeddedServer } from './server.ts'
import { openSocketFolder, SOCKET_PORT } from './socket.ts'

/** What `pg` needs to connect. */
export interface Connection {
  host: string
  port: number
  user: string
  database: string
  password: string
}

export interface EmbeddedPostgres {
  connection: Connection
  /** e.g. `18.4` */
  version: string
  /** Process id of the postmaster now; undefined while it is being started again. */
  readonly pid: number | undefined
  close(): Promise<void>
}

export interface EmbeddedOptions {
  home: string
  /** Connections our own pool may open. */
  pool: number
  logger: Logger
  /** As whom PostgreSQL may run, best first; what the machine offers when absent. */
  identities?: readonly Identity[]
}

const NAME = 'dialplane'
/** Beyond the pool: the watching and listening connection, migrations, and an administrator's psql. */
const SPARE_CONNECTIONS = 15

/** Starts it, making what is missing. Refuses with a sentence for every way this can fail. */
export async function openEmbedded({ home, pool, logger, identities }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = join(home, 'database')
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new Refusal('unavailable', `The data folder ${folder} cannot be made: ${messageOf(error)}. Set DIALPLANE_HOME to a folder this user may write to.`, { cause: error })
  })
  // Beside the folder, which may come to belong to another user.
  const lock = await lockFolder(join(home, 'database.lock'), `The database in ${folder}`)
  const opened: (() => Promise<void>)[] = [() => lock.release()]
  const close = async (): Promise<void> => {
    for (const step of opened.splice(0).reverse()) await step()
  }
  try {
    const keys = await openKeyFolder(home)
    const superuserPassword = await readOrCreateKeyFile(join(keys, 'postgresql-superuser.password'), () => randomToken(24))
    const password = await readOrCreateKeyFile(join(keys, 'postgresql.password'), () => randomToken(24))
    await stopOrphan(join(folder, 'data'), logger)
    const { identity, version, binaries } = await findPrograms(home, folder, identities ?? (await identitiesOfMachine()), logger)
    const { data, fresh } = await prepareCluster({ identity, binaries, version, folder, superuserPassword })
    const socket = await openSocketFolder(folder, identity)
    opened.push(() => socket.remove())
    const server = new EmbeddedServer({ identity, binaries, data, socketFolder: socket.path, maxConnections: pool + SPARE_CONNECTIONS, logger })
    opened.push(() => server.stop())
    await server.start()
    const connection = { host: socket.path, port: SOCKET_PORT, user: NAME, database: NAME, password }
    if (fresh || !(await connects(connection))) await ensureDatabase(connection, superuserPassword)
    logger.info({ version, way: identity.description, fresh }, 'embedded PostgreSQL runs')
    return { connection, version, close, get pid() { return server.pid } }
  } catch (error) {
    await close()
    throw error
  }
}

/** Runs the programs from node_modules, or from a copy in the home when nobody can run them there. */
async function findPrograms(home: string, folder: string, identities: readonly Identity[], logger: Logger): Promise<Finding & { binaries: string }> {
  const packaged = locateBinaries()
  const whole = await repairLinks(packaged)
  const first = whole ? await findIdentity(join(packaged, 'bin'), folder, identities, logger) : { reasons: [] }
  if ('identity' in first) return { ...first, binaries: join(packaged, 'bin') }
  const copy = join(await copyBinaries(packaged, join(home, 'postgresql')), 'bin')
  // Another user must get through the home to reach them; it still cannot look around in it.
  if (process.getuid?.() === 0) await chmod(home, 0o711)
  const second = await findIdentity(copy, folder, identities, logger)
  if ('identity' in second) return { ...second, binaries: copy }
  throw new Refusal('unavailable', `The embedded PostgreSQL cannot be run on this machine (${second.reasons.join('; ')}). Run Dialplane as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.`)
}

/**
 * Our role and database, as an administrator would make them on any PostgreSQL: the role is no
 * superuser. Runs again after an interrupted first start, and when a key file was replaced.
 */
async function ensureDatabase(connection: Connection, superuserPassword: string): Promise<void> {
  const superuser = new pg.Client({ ...connection, user: SUPERUSER, password: superuserPassword, database: 'postgres' })
  superuser.on('error', () => {})
  try {
    await superuser.connect()
    const has = async (sql: string): Promise<boolean> => (await superuser.query(sql, [NAME])).rowCount === 1
    const verb = (await has('SELECT FROM pg_roles WHERE rolname = $1')) ? 'ALTER' : 'CREATE'
    await superuser.query(`${verb} ROLE ${NAME} LOGIN CREATEROLE PASSWORD ${superuser.escapeLiteral(connection.password)}`)
    if (!(await has('SELECT FROM pg_database WHERE datname = $1'))) await superuser.query(`CREATE DATABASE ${NAME} OWNER ${NAME}`)
  } catch (error) {
    throw new Refusal('unavailable', `The database role cannot be prepared: ${messageOf(error)}. If files in the keys folder were lost, restore them from a backup.`, { cause: error })
  } finally {
    await superuser.end().catch(() => {})
  }
}

async function connects(connection: Connection): Promise<boolean> {
  const client = new pg.Client(connection)
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    // 28P01: wrong password or no such role. 3D000: no such database. Both are ours to make good.
    const { code } = error as { code?: string }
    if (code === '28P01' || code === '3D000') return false
    throw new Refusal('unavailable', `PostgreSQL does not accept a connection: ${messageOf(error)}.`, { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}
