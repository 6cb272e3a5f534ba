/** One process at a time in a folder: a file that names the process holding it. */
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { messageOf, Refusal } from './errors.ts'
import { randomToken } from './ids.ts'
import { processLife } from './process-table.ts'

export interface FolderLock {
  release(): Promise<void>
}

/**
 * Takes the lock file `path`. A file left by a process that has ended is taken over; the start time
 * beside the process id keeps a reused id from looking like the old holder.
 * Refuses `conflict` when a living process holds it.
 *
 * @param what what is locked, for the refusal: `The data folder /srv/dialplane`
 */
export async function lockFolder(path: string, what: string): Promise<FolderLock> {
  const mine = `${process.pid}\n${await processLife(process.pid)}\n${randomToken(6)}\n`
  const draft = `${path}.${randomToken(6)}`
  try {
    await writeFile(draft, mine, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new Refusal('unavailable', `${what} cannot be written: ${messageOf(error)}.`, { cause: error })
  }
  try {
    while (!(await linkIfFree(draft, path))) {
      const held = await readFile(path, 'utf8').catch(() => undefined)
      if (held === undefined) continue
      const [pid, life] = held.split('\n')
      if (life !== undefined && life !== '' && (await processLife(Number(pid))) === life) {
        throw new Refusal('conflict', `${what} is in use by another Dialplane (process ${pid}). Stop that one, or set DIALPLANE_HOME to another folder.`)
      }
      await setAside(path, held)
    }
  } finally {
    await unlink(draft).catch(() => {})
  }
  return {
    async release() {
      // Only our own: after a forced take-over the file is somebody else's.
      if ((await readFile(path, 'utf8').catch(() => undefined)) === mine) await unlink(path).catch(() => {})
    },
  }
}

/** Of two processes that link at once, one gets EEXIST. */
async function linkIfFree(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new Refusal('unavailable', `The lock file ${path} cannot be made: ${messageOf(error)}.`, { cause: error })
  }
}

/** Removes a dead holder's file, unless another process has just put its own in that place. */
async function setAside(path: string, dead: string): Promise<void> {
  const aside = `${path}.${randomToken(6)}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  if ((await readFile(aside, 'utf8')) !== dead) await link(aside, path).catch(() => {})
  await unlink(aside)
}
