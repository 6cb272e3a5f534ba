/** Restores a backup into an installation that nobody uses yet. */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ConnectionConfig } from '../database/index.ts'
import { migrationsOf, requireKnownMigrations } from '../database/migrate.ts'
import { connectPlain } from '../database/rows.ts'
import { dropEverything } from '../database/scratch.ts'
import { Refusal } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { readEntries } from './entries.ts'
import { loadBackup, type Loaded } from './load.ts'
import { openBackup } from './open.ts'
import { refusalOfDisk } from './whole-file.ts'

/** As long as it lies in the data folder a restore has begun and not ended. */
const MARK = 'restore-unfinished'
const STAGE = 'restore.part'
const SETTINGS = 'dialplane.env'

export interface Restored extends Loaded {
  /** Settings of the backup lie here; they are not used, because they may name addresses of another machine. */
  settingsAt: string | undefined
}

/** Refuses `unprocessable` to start on a data folder in which a restore did not come to its end. */
export async function requireNoUnfinishedRestore(home: string): Promise<void> {
  const file = await readFile(join(home, MARK), 'utf8').catch(() => undefined)
  if (file !== undefined) throw new Refusal('unprocessable', `A restore into ${home} did not come to its end. Do it again: npm start -- --restore '${file.trim()}'. Or begin with nothing, in another data folder.`)
}

/**
 * First the whole file is read and found good, then files are laid aside and rows loaded in one transaction; all is put in place at the
 * end. Interrupted before, nothing has changed; in between, the start refuses and the same command goes on.
 * Refuses `conflict` where there is somebody's data.
 */
export async function restoreBackup(options: { path: string; secret: string; connection: ConnectionConfig; home: string; logger: Logger; onStep?: (step: string) => void }): Promise<Restored> {
  const { path, connection, home, logger, onStep = () => {} } = options
  await requireEmpty(connection, home)
  const backup = await openBackup(path, options.secret)
  const stage = join(home, STAGE)
  const staged: string[] = []
  try {
    onStep('Reading the whole file once')
    await readEntries(backup.plain(), { manifest: ({ migrations }) => requireKnownMigrations(migrations) })
    await writeFile(join(home, MARK), `${path}\n`, { mode: 0o600, flush: true })
    onStep('Loading')
    await rm(stage, { recursive: true, force: true })
    await dropEverything(connection)
    const loaded = await loadBackup({
      connection, logger, plain: backup.plain(),
      async takeFile({ name, mode }, body) {
        if (normalize(name) !== name || name.startsWith('/') || name.startsWith('..')) throw new Refusal('unprocessable', `This backup names a file outside the data folder: ${name}. It was not made by Dialplane.`)
        const target = join(stage, name)
        await mkdir(dirname(target), { recursive: true, mode: 0o700 })
        await pipeline(body, createWriteStream(target, { mode: 0o600, flush: true })).catch((error: unknown) => { throw refusalOfDisk(error, target) })
        await chmod(target, mode)
        staged.push(name)
      },
    })
    onStep('Putting files in place')
    for (const name of staged) {
      const target = join(home, name === SETTINGS ? `${SETTINGS}.from-backup` : name)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await rename(join(stage, name), target)
    }
    await rm(stage, { recursive: true, force: true })
    await rm(join(home, MARK))
    return { ...loaded, settingsAt: staged.includes(SETTINGS) ? join(home, `${SETTINGS}.from-backup`) : undefined }
  } finally {
    await backup.close()
  }
}

/** Nobody has set it up: no person, no extension. What an unfinished restore left does not count. */
async function requireEmpty(connection: ConnectionConfig, home: string): Promise<void> {
  if ((await readFile(join(home, MARK), 'utf8').catch(() => undefined)) !== undefined) return
  const client = await connectPlain(connection)
  try {
    if ((await migrationsOf(client)).length === 0) return
    const { rows: [found] } = await client.query<{ users: string; extensions: string }>('SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM extensions) AS extensions')
    if (found?.users === '0' && found.extensions === '0') return
    throw new Refusal('conflict', `There are ${found?.users} people and ${found?.extensions} extensions here already, and a restore would replace them. Restore into an empty installation: set DIALPLANE_HOME to a new folder (and DATABASE_URL to an empty database, if you use it).`)
  } finally {
    await client.end().catch(() => {})
  }
}
