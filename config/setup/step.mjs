/** Runs one command of the setup with its output shown, and reports what it cost. */
import { spawn } from 'node:child_process'

/**
 * @param {string} what shown before and after, e.g. `installing packages`
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean}} [options] quiet: output is shown only when the command fails
 * @returns {Promise<boolean>} whether it ended with 0
 */
export function step(what, file, args, { cwd, env = process.env, quiet = false } = {}) {
  const started = Date.now()
  process.stderr.write(`Dialplane: ${what} …\n`)
  return new Promise((resolve) => {
    let kept = ''
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', quiet ? 'pipe' : 2, quiet ? 'pipe' : 2] })
    const keep = (chunk) => {
      kept = (kept + chunk).slice(-20_000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('error', (error) => {
      process.stderr.write(`${file}: ${error.message}\n`)
      resolve(false)
    })
    child.on('close', (code) => {
      if (code !== 0) process.stderr.write(kept)
      else process.stderr.write(`Dialplane: ${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
      resolve(code === 0)
    })
  })
}
