/** Runs a short command to its end. */
import { spawn } from 'node:child_process'

/** A command with what must stand before it. */
export interface Launch {
  file: string
  args: string[]
  /** Given to spawn when there is no `setpriv` to change the user with. */
  owner?: { uid: number; gid: number }
}

export interface Outcome {
  /** Exit code; -1 when it was killed by a signal or could not be started. */
  code: number
  output: string
}

/** PostgreSQL's programs need no more of the environment than this, and nothing of it changes what they do. */
export const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** Standard output and error together, at most the last 8 kB. Never rejects. */
export function runCommand(launch: Launch, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(launch.file, launch.args, {
      ...launch.owner,
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Away from the terminal's Ctrl-C: whoever waits here decides.
      detached: true,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-8192)
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    child.on('error', (error) => resolve({ code: -1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? -1, output }))
  })
}
