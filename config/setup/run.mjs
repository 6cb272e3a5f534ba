/**
 * Runs a script of the house on a fresh clone: installs what package-lock.json names, builds the
 * panel when its sources changed, then hands over to the Node that npm brought.
 *
 *   node config/setup/run.mjs [--test] <script.ts> [arguments]
 *
 * It is the first file that runs, on whatever Node the machine has (18 or newer), so it is plain
 * JavaScript and imports nothing but Node itself.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { handOver } from './hand-over.mjs'
import { installPackages } from './packages.mjs'
import { buildPanel } from './panel.mjs'
import { installSystemPackages } from './system-packages.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const args = process.argv.slice(2)
const testing = args[0] === '--test'
if (testing) args.shift()
const script = args[0]
if (script === undefined || !existsSync(join(root, script))) {
  process.stderr.write(`There is no script ${script ?? ''} to run.\n`)
  process.exit(2)
}

try {
  await installPackages(root, testing)
  if (!args.includes('--settings')) await buildPanel(root)
  if (testing) await installSystemPackages()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
handOver(root, args)
