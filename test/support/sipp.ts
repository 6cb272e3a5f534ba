/** Runs sipp with one of our scenarios, bounded in calls, rate, concurrency and time, and reads its figures. */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Place } from './phone.ts'
import { freePort } from './ports.ts'
import { top } from './run/suites.ts'

export interface SippOptions {
  /** File in test/sipp without `.xml`. */
  scenario: string
  /** Where it sends; absent for one that only waits (with a port that is registered otherwise). */
  target: Place
  /** Own port; a free one when absent. */
  port?: number
  transport?: 'udp' | 'tcp'
  calls: number
  /** Calls a second. */
  rate?: number
  /** Calls at once. */
  limit?: number
  /** The whole run is stopped after this many seconds, and has failed. */
  seconds?: number
  /** Fields of the injection file, a row a call, used in turn. */
  rows?: readonly (readonly string[])[]
  /** Words of the scenario to replace, e.g. STATUS by 486. */
  replace?: Record<string, string | number>
  extra?: readonly string[]
}

export interface SippResult {
  ok: boolean
  successful: number
  failed: number
  retransmissions: number
  /** What sipp wrote into its error file, and the end of its screen. */
  errors: string
}

export interface SippRun {
  readonly port: number
  readonly finished: Promise<SippResult>
  stop(): void
}

/** Starts sipp; it listens when the promise resolves. */
export async function startSipp(options: SippOptions): Promise<SippRun> {
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-sipp-'))
  const port = options.port ?? (await freePort(2))
  const seconds = options.seconds ?? 30
  const args = [
    `${options.target.host}:${options.target.port}`,
    '-sf', join(folder, 'scenario.xml'),
    '-i', '127.0.0.1', '-p', String(port),
    '-t', options.transport === 'tcp' ? 't1' : 'u1',
    '-m', String(options.calls), '-r', String(options.rate ?? 10), '-l', String(options.limit ?? 20),
    '-timeout', String(seconds), '-timeout_error', '-nostdin', '-recv_timeout', '32000',
    '-trace_err', '-error_file', join(folder, 'errors'),
    '-trace_stat', '-stf', join(folder, 'figures'), '-fd', '1',
    ...(options.extra ?? []),
  ]
  let scenario = await readFile(join(top, 'test/sipp', `${options.scenario}.xml`), 'utf8')
  for (const [word, value] of Object.entries(options.replace ?? {})) scenario = scenario.replaceAll(word, String(value))
  await writeFile(join(folder, 'scenario.xml'), scenario)
  if (options.rows) {
    await writeFile(join(folder, 'rows'), ['SEQUENTIAL', ...options.rows.map((row) => `${row.join(';')};`), ''].join('\n'))
    args.push('-inf', join(folder, 'rows'))
  }
  const child = spawn('sipp', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TERM: 'dumb' } })
  let screen = ''
  const keep = (chunk: Buffer): void => void (screen = (screen + chunk.toString()).slice(-4000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const timer = setTimeout(() => child.kill('SIGKILL'), (seconds + 10) * 1000)
  const finished = new Promise<SippResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      void readResult(folder, code, screen).then(resolve, reject)
    })
  })
  // It fails in the test that waits for it, not before.
  finished.catch(() => undefined)
  return { port, finished, stop: () => void child.kill('SIGUSR1') }
}

export async function runSipp(options: SippOptions): Promise<SippResult> {
  return (await startSipp(options)).finished
}

async function readResult(folder: string, code: number | null, screen: string): Promise<SippResult> {
  const read = async (name: string): Promise<string> => {
    const file = (await readdir(folder)).find((one) => one.startsWith(name))
    return file ? readFile(join(folder, file), 'latin1') : ''
  }
  const [head = '', ...rows] = (await read('figures')).trim().split('\n')
  const names = head.split(';')
  const last = rows.at(-1)?.split(';') ?? []
  const figure = (name: string): number => Number(last[names.indexOf(name)] ?? 0)
  const result = {
    ok: code === 0,
    successful: figure('SuccessfulCall(C)'),
    failed: figure('FailedCall(C)'),
    retransmissions: figure('Retransmissions(C)'),
    errors: `exit code ${code}\n${(await read('errors')).slice(0, 3000)}\n${screen.slice(-1500)}`,
  }
  await rm(folder, { recursive: true, force: true })
  return result
}
