/** Makes a backup: everything of one moment in one file that only its passphrase opens. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectionConfig } from '../database/index.ts'
import { openSnapshot } from '../database/rows.ts'
import { newId } from '../ids.ts'
import { writeEntries, type Entry, type EntrySum } from './entries.ts'
import { seal, type PassKey } from './sealed.ts'
import { writeWhole } from './whole-file.ts'

export interface MakeOptions {
  connection: ConnectionConfig
  home: string
  /** Version of Dialplane. */
  version: string
  /** The file to be made. */
  path: string
  pass: PassKey
  id?: string
  now?: Date
  /** Ends it before it is done; nothing is left. */
  signal?: AbortSignal
}

export interface Made {
  id: string
  bytes: number
  tables: EntrySum[]
  files: EntrySum[]
  /** Files that went away while they were to be read. */
  missed: string[]
}

/** What of the data folder is kept. The rest is made again (prompts, logs) or lies in the database. */
const FOLDERS = ['recordings', 'voicemail', 'announcements', 'music', 'tls', 'keys']
const FILES = ['dialplane.env']
/** Passwords of the embedded PostgreSQL belong to its data folder. */
const LEFT_OUT = /^keys\/postgresql|\.part$/

/** Refuses `unavailable` when it cannot be written; then there is no file. */
export async function makeBackup({ connection, home, version, path, pass, id = newId(), now = new Date(), signal }: MakeOptions): Promise<Made> {
  const snapshot = await openSnapshot(connection)
  try {
    const createdAt = now.toISOString()
    const sums: EntrySum[] = []
    const missed: string[] = []
    async function* entries(): AsyncGenerator<Entry, void, undefined> {
      for (const table of snapshot.tables) yield { head: { kind: 'table', ...table }, body: snapshot.rows(table) }
      for (const name of await filesOf(home)) {
        const found = await stat(join(home, name)).catch(() => undefined)
        if (found?.isFile() !== true) missed.push(name)
        else yield { head: { kind: 'file', name, mode: found.mode & 0o777 }, body: createReadStream(join(home, name)) }
      }
    }
    const plain = writeEntries({ createdAt, version, migrations: snapshot.migrations, postgresql: snapshot.version }, entries(), (sum) => sums.push(sum))
    const bytes = await writeWhole(path, whileWanted(seal(plain, { id, createdAt, version }, pass), signal))
    return { id, bytes, missed, tables: sums.filter(({ kind }) => kind === 'table'), files: sums.filter(({ kind }) => kind === 'file') }
  } finally {
    await snapshot.close()
  }
}

/** Throws as soon as nobody wants it any more. */
export async function* whileWanted<T>(pieces: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void, undefined> {
  for await (const piece of pieces) {
    signal?.throwIfAborted()
    yield piece
  }
}

/** After the database was read: what it names is there, unless it is deleted just now. */
async function filesOf(home: string): Promise<string[]> {
  const found: string[] = []
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(home, folder), { withFileTypes: true }).catch(() => [])) {
      const name = `${folder}/${entry.name}`
      if (entry.isDirectory()) await walk(name)
      else if (entry.isFile() && !LEFT_OUT.test(name)) found.push(name)
    }
  }
  for (const folder of FOLDERS) await walk(folder)
  for (const name of FILES) if ((await stat(join(home, name)).catch(() => undefined))?.isFile() === true) found.push(name)
  return found.sort()
}
