/** The data folder: made by initdb when there is none, checked when there is. */
import { chown, readdir, readFile, rename, rm, rmdir, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, Refusal } from '../../errors.ts'
import type { Identity } from './identity.ts'
import { runCommand } from './run-command.ts'

export const SUPERUSER = 'postgres'

/** An empty cluster and its first WAL take about 50 MB; below this a start would fail half-way. */
const LEAST_FREE_BYTES = 100 * 1024 * 1024

export interface ClusterOptions {
  identity: Identity
  /** Folder of the programs. */
  binaries: string
  /** Version of the programs, e.g. `18.4`. */
  version: string
  /** Folder above the data folder, owned by `identity`. */
  folder: string
  superuserPassword: string
}

/**
 * Returns the data folder `<folder>/data`; true with it when it was just made.
 * Refuses `unavailable` when it cannot be made, is damaged, or was written by another major version.
 */
export async function prepareCluster(options: ClusterOptions): Promise<{ data: string; fresh: boolean }> {
  const data = join(options.folder, 'data')
  await requireSpace(options.folder)
  const written = await readFile(join(data, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new Refusal('unavailable', `The database folder ${data} cannot be read: ${messageOf(error)}.`, { cause: error })
  })
  if (written === undefined) {
    await refuseForeign(data)
    await initialise(options, data)
    return { data, fresh: true }
  }
  const major = options.version.split('.')[0]
  if (written.trim() !== major) {
    throw new Refusal('unavailable', `The database in ${data} was written by PostgreSQL ${written.trim()}, this Dialplane brings PostgreSQL ${major}. Move the data with pg_dump and pg_restore, or go back to the Dialplane that wrote it.`)
  }
  return { data, fresh: false }
}

async function initialise(options: ClusterOptions, data: string): Promise<void> {
  const { identity, binaries, folder, superuserPassword } = options
  // Made aside and renamed whole: an interrupted initdb leaves nothing that looks like a database.
  const draft = join(folder, 'data.new')
  const passwordFile = join(folder, 'initdb-password')
  await rm(draft, { recursive: true, force: true })
  await rm(passwordFile, { force: true })
  try {
    await writeFile(passwordFile, `${superuserPassword}\n`, { mode: 0o600, flag: 'wx' })
    if (process.getuid?.() === 0) await chown(passwordFile, identity.uid, identity.gid)
    const args = [
      '-D', draft, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '-E', 'UTF8',
      // Built into PostgreSQL: sorting stays the same whatever C library the machine has or upgrades to.
      '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums',
    ]
    const { code, output } = await runCommand(identity.launch(join(binaries, 'initdb'), args), 120_000)
    if (code !== 0) {
      const error = output.split('\n').findLast((line) => /error|fatal|could not/i.test(line)) ?? output.trim().split('\n').at(-1)
      throw new Refusal('unavailable', `PostgreSQL could not make its data folder ${data}: ${error?.trim()}`)
    }
    await rename(draft, data)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
}


/** A folder without PG_VERSION but with content is a damaged database, and never to be overwritten. */
async function refuseForeign(data: string): Promise<void> {
  const content = await readdir(data).catch(() => undefined)
  if (content === undefined) return
  if (content.length > 0) {
    throw new Refusal('unavailable', `The database folder ${data} is damaged: it holds files but no PG_VERSION. Restore it from a backup, or move it away to start with an empty database.`)
  }
  await rmdir(data)
}

/** A server that runs out of disk while it starts says so in many ways; this says it in one. */
export async function requireSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free < LEAST_FREE_BYTES) {
    throw new Refusal('unavailable', `Only ${Math.round(free / 1024 / 1024)} MB are free on the disk of ${folder}; the database needs at least ${LEAST_FREE_BYTES / 1024 / 1024} MB. Free some space or move DIALPLANE_HOME.`)
  }
}
