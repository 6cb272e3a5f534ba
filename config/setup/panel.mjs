/** The admin panel: built by Vite into admin/dist when its sources are not those it was built from. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeOf } from './packages.mjs'
import { step } from './step.mjs'

export async function buildPanel(root) {
  const admin = join(root, 'admin')
  if (!existsSync(join(admin, 'index.html'))) return
  const stamp = join(admin, 'dist', '.sources')
  const hash = hashOf(root, admin)
  if (existsSync(join(admin, 'dist', 'index.html')) && read(stamp) === hash) return
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const built = await step('building the panel', nodeOf(root), [vite, 'build', 'admin', '--logLevel', 'warn'], { cwd: root, quiet: true })
  if (!built) throw new Error('The panel could not be built; the message is above. The folder admin/dist must be writable and its disk not full.')
  writeFileSync(stamp, hash)
}

/** Of the panel's files and of the packages it is built with. */
function hashOf(root, admin) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  for (const path of sourcesIn(admin, '')) hash.update(`\0${path}\0`).update(readFileSync(join(admin, path)))
  return hash.digest('hex')
}

/** Paths below `folder`, in an order that does not depend on the disk. */
function sourcesIn(folder, inside) {
  return readdirSync(join(folder, inside), { withFileTypes: true })
    .filter((entry) => !(inside === '' && entry.name === 'dist') && entry.name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      return entry.isDirectory() ? sourcesIn(folder, path) : [path]
    })
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
