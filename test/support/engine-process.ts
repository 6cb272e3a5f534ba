/** The signalling engine as a process of its own, and houses that use it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { allGone, startChildHouse, type ChildHouse } from './child-house.ts'
import { lendReadyHome } from './lent-home.ts'
import { freePort } from './ports.ts'
import { Journal } from './phone/journal.ts'
import { top } from './run/suites.ts'
import { lendSpeech } from './spoken.ts'

export const SECRET = 'a secret that only the test knows'

export interface EngineProcess {
  readonly home: string
  readonly pid: number
  readonly control: number
  readonly output: Journal<string>
  readonly exited: Promise<number | NodeJS.Signals>
  kill(signal: NodeJS.Signals): void
  /** A house that uses this engine, on the same folder. */
  house(env?: Record<string, string>): Promise<ChildHouse>
}

/** What the test does not end, and the folder, is gone after it. */
export async function startEngineProcess(t: TestContext, env: Record<string, string> = {}, from?: Pick<EngineProcess, 'home' | 'control'>): Promise<EngineProcess> {
  const home = from?.home ?? (await mkdtemp(join(tmpdir(), 'dialplane-test-')))
  if (from === undefined) {
    await lendReadyHome(home)
    await lendSpeech(home)
  }
  const control = from?.control ?? (await freePort())
  const shared = { DRACHTIO: `127.0.0.1:${control}`, DRACHTIO_SECRET: SECRET, DIALPLANE_HOME: home, SIP_HOST: '127.0.0.1', SIP_PORT: '0', SIP_TLS_PORT: '0', SIP_WS_PORT: 'off', SIP_WSS_PORT: 'off', OVERLOAD_MS: '0', ...env }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'main.ts', '--roles=signalling'], {
    cwd: top, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...shared },
  })
  const output = new Journal<string>((line) => `\n  ${line}`)
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => output.add(line))
  const exited = new Promise<number | NodeJS.Signals>((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal ?? -1)))
  const houses: ChildHouse[] = []
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
    for (const house of houses) {
      await house.closePhones()
      const all = house.processes()
      house.kill('SIGKILL')
      await house.exited
      await allGone(all)
    }
    await rm(home, { recursive: true, force: true })
  })
  await Promise.race([
    output.until((line) => line.includes('Ctrl-C'), 'the ready line of the engine', { ms: 60_000 }),
    exited.then((code) => Promise.reject(new Error(`the engine ended with ${code}:\n${output.entries.join('\n')}`))),
  ])
  return {
    home, control, output, exited,
    pid: child.pid ?? -1,
    kill: (signal) => void child.kill(signal),
    async house(more = {}) {
      const house = await startChildHouse({ home, env: { ...shared, ...more } })
      houses.push(house)
      return house
    },
  }
}

export interface Wire {
  /** Sends a message and resolves with the whole answer to it. */
  ask(message: string): Promise<string>
  close(): void
}

/** An application on drachtio's wire, in its bare frames; it has told the secret. */
export async function openWire(port: number, secret: string): Promise<Wire> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.setEncoding('latin1')
  const frames = new Journal<string>((frame) => `\n  ${frame}`)
  let text = ''
  let sent = 0
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    text += chunk
    for (let found = /^(\d+)#/.exec(text); found; found = /^(\d+)#/.exec(text)) {
      const end = found[0].length + Number(found[1])
      if (text.length < end) return
      frames.add(text.slice(found[0].length, end))
      text = text.slice(end)
    }
  })
  const ask = async (message: string): Promise<string> => {
    const id = `ask-${++sent}`
    const payload = `${id}|${message}`
    socket.write(`${payload.length}#${payload}`, 'latin1')
    return frames.until((frame) => frame.split('|')[2] === id, `the answer to ${message.slice(0, 40)}`)
  }
  assert.match(await ask(`authenticate|${secret}|`), /\|OK\|/)
  return { ask, close: () => void socket.destroy() }
}
