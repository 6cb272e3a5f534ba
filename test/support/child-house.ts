/** The house as people run it: `main.ts` in a process of its own, driven by its output and by signals. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Desk } from './desk.ts'
import { eventually } from './eventually.ts'
import { ApiClient } from './http-client.ts'
import type { Place } from './phone.ts'
import { Journal } from './phone/journal.ts'
import { rtpRange } from './ports.ts'
import { isAlive, treeOf } from './process-tree.ts'
import { top } from './run/suites.ts'
import { lendSpeech } from './spoken.ts'

export interface ChildHouseOptions {
  home?: string
  /** Settings beside the free ports, as in the environment. */
  env?: Record<string, string>
  /** How many seconds the start may take. */
  seconds?: number
}

export interface ChildHouse extends Desk {
  readonly home: string
  readonly pid: number
  /** What it printed, standard error included. */
  readonly output: Journal<string>
  readonly setupLink: string | undefined
  /** Every process of it right now: the server, PostgreSQL and whatever else. */
  processes(): number[]
  kill(signal: NodeJS.Signals): void
  /** Resolves with exit code or signal when the server process has ended. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** SIGTERM, waits for the end, removes the folder unless `keep`. */
  close(options?: { keep?: boolean }): Promise<void>
}

/** Rejects with what was printed when the start fails. */
export async function startChildHouse(options: ChildHouseOptions = {}): Promise<ChildHouse> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'dialplane-test-')))
  if (options.home === undefined) await lendSpeech(home)
  const rtp = rtpRange()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'main.ts'], {
    cwd: top,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // A machine that is busy with other tests is no reason to refuse calls of this one.
      OVERLOAD_MS: '0',
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      DIALPLANE_HOME: home,
      HTTP_PORT: '0',
      SIP_HOST: '127.0.0.1',
      SIP_PORT: '0',
      SIP_TLS_PORT: '0',
      SIP_WS_PORT: '0',
      SIP_WSS_PORT: '0',
      RTP_PORTS: `${rtp.first}-${rtp.last}`,
      ...options.env,
    },
  })
  const output = new Journal<string>((line) => `\n  ${line}`)
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => output.add(line))
  const exited = new Promise<number | NodeJS.Signals>((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal ?? -1)))
  try {
    const ready = output.until((line) => line.includes('Ctrl-C'), 'the ready line of the server', { ms: (options.seconds ?? 60) * 1000 })
    await Promise.race([ready, exited.then((code) => Promise.reject(new Error(`the server ended with ${code}:\n${output.entries.join('\n')}`)))])
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  const find = (pattern: RegExp): string | undefined => output.entries.map((line) => pattern.exec(line)?.[1]).find((one) => one !== undefined)
  const panel = find(/Panel\s+(\S+)/)
  const sip = find(/SIP\s+(\S+)/)
  assert.ok(panel && sip, `no addresses in:\n${output.entries.join('\n')}`)
  const [, host = '', port = ''] = /([\d.]+):(\d+)/.exec(sip) ?? []
  const place: Place = { host: host === '0.0.0.0' ? '127.0.0.1' : host, port: Number(port) }
  return Object.assign(new Desk(new ApiClient(panel), place), describe(child, home, output, find(/First\s+(\S+)/), exited))
}

function describe(child: ChildProcess, home: string, output: Journal<string>, setupLink: string | undefined, exited: Promise<number | NodeJS.Signals>) {
  const pid = child.pid ?? -1
  return {
    home,
    pid,
    output,
    setupLink,
    exited,
    processes: () => treeOf(pid).map((one) => one.pid),
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    async close(this: Desk, { keep = false } = {}) {
      await this.closePhones()
      child.kill('SIGTERM')
      await exited
      if (!keep) await rm(home, { recursive: true, force: true })
    },
  }
}

/** Waits until none of these processes is left; fails with those that are. */
export async function allGone(pids: readonly number[], ms = 10_000): Promise<void> {
  await eventually(() => {
    const left = pids.filter(isAlive)
    if (left.length > 0) throw new Error(`these live on: ${left.join(', ')}`)
    return true
  }, 'every process to end', ms)
}
