/** A file that is there whole, or not at all. */
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, Refusal } from '../errors.ts'
import { randomToken } from '../ids.ts'

/**
 * Writes aside, to the disk, and puts it in place when all of it is there; the name must be free. Refuses `unavailable`, leaving nothing behind.
 *
 * @param create opens the draft; for tests
 */
export async function writeWhole(path: string, pieces: AsyncIterable<Uint8Array>, create = (draft: string): Promise<FileHandle> => open(draft, 'wx', 0o600)): Promise<number> {
  const draft = `${path}.${randomToken(6)}.part`
  let file: FileHandle | undefined
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    file = await create(draft)
    let bytes = 0
    for await (const piece of pieces) {
      await writeAll(file, piece)
      bytes += piece.length
    }
    await file.sync()
    await file.close()
    file = undefined
    await rename(draft, path)
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
    return bytes
  } catch (error) {
    await file?.close().catch(() => {})
    await rm(draft, { force: true }).catch(() => {})
    throw refusalOfDisk(error, path)
  }
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length;) {
    const { bytesWritten } = await file.write(piece, at)
    at += bytesWritten
  }
}

/** What a file system says, with its cure; anything else as it is. */
export function refusalOfDisk(error: unknown, path: string): unknown {
  const { code } = error as { code?: string }
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Refusal('unavailable', `There is no space left for ${path}. Free some on its disk, or keep fewer backups.`, { cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new Refusal('unavailable', `${path} may not be written: ${messageOf(error)}. Let the user that runs Dialplane write to that folder.`, { cause: error })
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EEXIST' || code === 'EIO') return new Refusal('unavailable', `${path} cannot be used: ${messageOf(error)}. Check that its disk is there and mounted.`, { cause: error })
  return error
}
