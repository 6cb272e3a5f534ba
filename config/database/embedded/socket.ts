/** The folder of PostgreSQL's Unix socket: private, and short enough for the kernel. */
import { createHash } from 'node:crypto'
import { chmod, chown, lstat, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '../../errors.ts'

/** A socket's path may have 107 bytes (unix(7)); `/.s.PGSQL.5432.lock` follows the folder. */
const LONGEST_FOLDER = 88

/** Names the socket file; nothing listens on this port. */
export const SOCKET_PORT = 5432

export interface SocketFolder {
  path: string
  /** Removes a folder outside the home. */
  remove(): Promise<void>
}

/** Makes `<folder>/socket`, or a folder under the system's temporary one when that path is too long. */
export async function openSocketFolder(folder: string, owner: { uid: number; gid: number }): Promise<SocketFolder> {
  const inHome = join(folder, 'socket')
  const fits = Buffer.byteLength(inHome) <= LONGEST_FOLDER
  const name = createHash('sha256').update(inHome).digest('hex').slice(0, 16)
  const path = fits ? inHome : join(tmpdir(), `dialplane-${name}`)
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const info = await lstat(path)
  const [self, mode] = [process.getuid?.(), info.mode & 0o777]
  // In a folder everybody may write to, somebody else may have been there first.
  if (!info.isDirectory() || (info.uid !== self && info.uid !== owner.uid) || (!fits && (mode & 0o077) !== 0)) {
    throw new Refusal('unavailable', `${path}, needed for PostgreSQL's socket, belongs to somebody else. Remove it, or set DIALPLANE_HOME to a shorter path.`)
  }
  if (self === 0 && info.uid !== owner.uid) await chown(path, owner.uid, owner.gid)
  if (mode !== 0o700) await chmod(path, 0o700)
  return {
    path,
    async remove() {
      if (!fits) await rm(path, { recursive: true, force: true })
    },
  }
}
