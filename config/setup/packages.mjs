/** The packages in node_modules: compared with package-lock.json, installed when they differ. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { step } from './step.mjs'

/** Where npm put the Node that everything else runs on. */
export function nodeOf(root) {
  return join(root, 'node_modules', 'node', 'bin', 'node')
}

/**
 * @param {string} root folder of package.json
 * @param {boolean} testing whether development packages are needed too
 */
export async function installPackages(root, testing) {
  if (difference(root, testing) === undefined) return
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(testing ? ['--include=dev'] : ['--omit=dev'])]
  // Started by npm we use that very npm, which need not be in the PATH.
  const npm = process.env['npm_execpath']
  const [file, before] = npm !== undefined && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []]
  const installed = await step('installing packages from npm', file, [...before, ...args], { cwd: root })
  if (!installed) {
    throw new Error('npm could not install the packages; its message is above. The machine must reach the npm registry and have about 1 GB free on the disk of this folder, which must be writable. Then start again.')
  }
  const missing = difference(root, testing)
  if (missing !== undefined) throw new Error(`npm said the packages are installed, but ${missing}. Remove node_modules and start again.`)
}

/**
 * What keeps node_modules from being what package-lock.json says, in words; undefined when nothing does.
 * npm writes down what it installed in node_modules/.package-lock.json, as its last act.
 */
export function difference(root, testing) {
  const wanted = packagesIn(join(root, 'package-lock.json'))
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === undefined) return 'package-lock.json cannot be read'
  if (present === undefined) return 'nothing is installed'
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || (entry.dev && !testing)) continue
    const found = present[path]
    if (found === undefined && (entry.optional || entry.devOptional || entry.peer)) continue
    if (found === undefined) return `${path} is missing`
    if (found.version !== entry.version || found.integrity !== entry.integrity) return `${path} is another version`
  }
  return existsSync(nodeOf(root)) ? undefined : 'the Node that the package `node` brings is missing (its install script did not run)'
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}
