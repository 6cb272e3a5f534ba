/** Small secret files in `<home>/keys`: made once, atomically, readable by their owner only. */
import { link, mkdir, open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf, Refusal } from './errors.ts'
import { randomToken } from './ids.ts'

/** Makes `<home>/keys` (mode 0700) and returns its path. */
export async function openKeyFolder(home: string): Promise<string> {
  const folder = join(home, 'keys')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new Refusal('unavailable', `The folder ${folder} cannot be made: ${messageOf(error)}. Set DIALPLANE_HOME to a folder this user may write to.`, { cause: error })
  }
  return folder
}

/**
 * The file's content without surrounding white space; made from `create` when there is no file.
 * Two processes that start at once end up with the same content.
 * Refuses `unprocessable` when other users can read the file.
 */
export async function readOrCreateKeyFile(path: string, create: () => string | Promise<string>): Promise<string> {
  const existing = await readKeyFile(path)
  if (existing !== undefined) return existing
  // Written aside and linked into place: a reader never sees half a key, and the first to link wins.
  const draft = `${path}.${randomToken(6)}`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${await create()}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await syncFolder(dirname(path))
  } catch (error) {
    throw new Refusal('unavailable', `The key file ${path} cannot be written: ${messageOf(error)}.`, { cause: error })
  } finally {
    await unlink(draft).catch(() => {})
  }
  const made = await readKeyFile(path)
  if (made === undefined) throw new Error(`The key file ${path} vanished right after it was made.`)
  return made
}

/** Puts another content in the place of a key file, all at once. */
export async function replaceKeyFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomToken(6)}`
  try {
    await writeFile(draft, `${content}\n`, { mode: 0o600, flag: 'wx', flush: true })
    await rename(draft, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await unlink(draft).catch(() => {})
    throw new Refusal('unavailable', `The key file ${path} cannot be written: ${messageOf(error)}.`, { cause: error })
  }
}

/** The file's content without surrounding white space; undefined when there is none. Refuses `unprocessable` when other users can read it. */
export async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0) {
      throw new Refusal('unprocessable', `The key file ${path} is open to other users (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 '${path}'`)
    }
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Refusal) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Refusal('unavailable', `The key file ${path} cannot be read: ${messageOf(error)}.`, { cause: error })
  }
}

/** Makes the new name survive a power cut, where the file system lets us. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
