/**
 * A house of a test starts on a copy of a folder in which one has started before: its database is made, its
 * migrations have run, its keys are there, and nobody has set it up. That takes a copy of files instead of two
 * seconds of processor time a house; first starts as such are tested in processes of their own (`child-house.ts`).
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { top } from './run/suites.ts'

const run = promisify(execFile)
const kept = join(top, 'node_modules/.cache/homes')
/** What a first start makes may change with any source file: a developer's folder is of today. */
const OLDEST_MS = 12 * 3_600_000

/**
 * Fills the empty folder `home`.
 * @param firstStart starts a house on an empty folder and ends it; called once for each state of the migrations
 */
export async function lendHome(home: string, firstStart: (home: string) => Promise<void>): Promise<void> {
  const ready = join(kept, await nameOfState())
  if (!(await isFresh(ready))) await make(ready, firstStart)
  await copy(ready, home)
}

/** Fills the empty folder `home` when such a folder is there already; the house that starts on it does the rest. */
export async function lendReadyHome(home: string): Promise<void> {
  const ready = join(kept, await nameOfState())
  if (await isFresh(ready)) await copy(ready, home)
}

async function copy(ready: string, home: string): Promise<void> {
  // Owners and modes matter to PostgreSQL, which runs as a user of its own where we are root.
  await run('cp', ['-a', `${ready}/.`, home])
}

async function make(ready: string, firstStart: (home: string) => Promise<void>): Promise<void> {
  await mkdir(kept, { recursive: true })
  const draft = await mkdtemp(join(kept, 'draft-'))
  try {
    await firstStart(draft)
    // One that is fresh stays: somebody may be copying it.
    if (!(await isFresh(ready))) await rename(ready, `${draft}-old`).catch(() => undefined)
    await rename(draft, ready)
  } catch (error) {
    // Another file of tests was first; what it made is as good.
    if (!(await isFresh(ready))) throw error
  } finally {
    for (const left of [draft, `${draft}-old`]) await rm(left, { recursive: true, force: true })
  }
}

async function isFresh(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined)
  return found !== undefined && Date.now() - found.ctimeMs < OLDEST_MS
}

async function nameOfState(): Promise<string> {
  const hash = createHash('sha256')
  const folder = join(top, 'migrations')
  for (const name of (await readdir(folder)).sort()) if (name.endsWith('.ts')) hash.update(await readFile(join(folder, name)))
  hash.update(await readFile(join(top, 'package.json')))
  return hash.digest('hex').slice(0, 16)
}
