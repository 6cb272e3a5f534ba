/** Becomes the Node that npm brought; where this Node cannot, stands in for it until it ends. */
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { nodeOf } from './packages.mjs'

const FLAGS = ['--disable-warning=ExperimentalWarning']
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

/**
 * @param {string} root folder the script's path starts from
 * @param {string[]} args the script and its arguments
 */
export function handOver(root, args) {
  process.chdir(root)
  const node = nodeOf(root)
  // Node 22.15 and newer can turn into another program: no process stays in between.
  if (typeof process.execve === 'function') {
    process.removeAllListeners('warning')
    process.execve(node, [node, ...FLAGS, ...args], process.env)
  }
  // If this process is killed outright the child must not live on unseen; the kernel sees to that.
  const guard = ['--pdeathsig', 'TERM']
  const guarded = spawnSync('setpriv', [...guard, 'true'], { stdio: 'ignore' }).status === 0
  const [file, ...rest] = [...(guarded ? ['setpriv', ...guard] : []), node, ...FLAGS, ...args]
  const child = spawn(file, rest, { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both of us; the server takes two signals in one second for one.
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)))
}
