/** The whole house as a process: how it starts, what it says, how it ends. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { processArguments, processLife } from '../../../config/process-table.ts'
import { eventually } from '../../support/eventually.ts'

const MAIN = new URL('../../../main.ts', import.meta.url).pathname

describe('the server', { timeout: 210_000 }, () => {
  let home = ''
  const started = new Set<ChildProcess>()

  function start(env: Record<string, string> = {}, args: string[] = []): ChildProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: {
        PATH: process.env['PATH'], DIALPLANE_HOME: home, HTTP_PORT: '0', SIP_HOST: '127.0.0.1', SIP_PORT: '0', SIP_TLS_PORT: '0', SIP_WS_PORT: '0', SIP_WSS_PORT: '0',
        RTP_PORTS: '42000-42099', MEDIA_WORKERS: '1', DATABASE_POOL: '3', ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    started.add(child)
    child.on('exit', () => started.delete(child))
    return child
  }
  /** Everything it says on both outputs, and its exit code. */
  async function toTheEnd(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
    let [out, err] = ['', '']
    child.stdout?.on('data', (chunk: Buffer) => (out += String(chunk)))
    child.stderr?.on('data', (chunk: Buffer) => (err += String(chunk)))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, out, err }
  }
  async function ready(child: ChildProcess): Promise<string> {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)))
    assert.ok(child.stdout)
    for await (const line of createInterface({ input: child.stdout })) {
      said += `${line}\n`
      if (line.startsWith('Ctrl-C')) return said
    }
    assert.fail(`It ended before it was ready: ${said}`)
  }
  const postmaster = (): number => Number(readFileSync(join(home, 'database/data/postmaster.pid'), 'utf8').split('\n')[0])
  const exitOf = async (child: ChildProcess): Promise<number> => {
    if (child.exitCode !== null) return child.exitCode
    const [code] = (await once(child, 'exit')) as [number]
    return code
  }

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'dialplane-main-'))
  })
  afterEach(async () => {
    for (const child of started) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(home, { recursive: true, force: true })
  })

  it('says where everything is, and ends on one Ctrl-C with nothing left', async () => {
    const child = start()
    const said = await ready(child)
    assert.match(said, /Dialplane is ready after \d+\.\d s/)
    assert.match(said, /SIP +127\.0\.0\.1:\d+ UDP TCP, :\d+ TLS, :\d+ WS, :\d+ WSS\n/)
    const panel = /Panel +(\S+)/.exec(said)?.[1] ?? ''
    assert.match(said, /First +http:\S+token=\S{20,}/)
    assert.ok(said.includes(`Data    ${home}`))
    // A machine that was overloaded while it started refuses calls for a moment, and says so.
    await eventually(async () => (await fetch(new URL('/api/v1/health', panel))).status === 200 || undefined, 'it is well')
    const database = postmaster()
    assert.match((await processArguments(database))?.join(' ') ?? '', /postgres/)
    child.kill('SIGINT')
    // As npm does: the same Ctrl-C a second time.
    child.kill('SIGINT')
    assert.equal(await exitOf(child), 0)
    assert.equal(await processLife(database), undefined)
    assert.deepEqual(readdirSync(home).filter((name) => name.endsWith('.lock')), [])
    const log = readFileSync(join(home, 'logs/dialplane.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { msg: string; level: string })
    const closed = log.map((line) => line.msg).filter((message) => message.endsWith(' closed'))
    assert.deepEqual(closed, ['pbx closed', 'panel and api closed', 'media closed', 'signalling closed', 'database closed', 'data folder closed'])
    assert.deepEqual(log.filter((line) => line.level === 'error' || line.level === 'fatal'), [])
    // The token of the link opens the door for whoever has it.
    assert.ok(!readFileSync(join(home, 'logs/dialplane.log'), 'utf8').includes(/token=(\S+)/.exec(said)?.[1] ?? '-'))
  })

  it('starts again after it was killed outright', async () => {
    const first = start()
    await ready(first)
    const database = postmaster()
    first.kill('SIGKILL')
    await once(first, 'exit')
    const second = start()
    await ready(second)
    assert.equal(await processLife(database), undefined)
    second.kill('SIGTERM')
    assert.equal(await exitOf(second), 0)
  })

  it('is refused a second time on the same folder', async () => {
    const first = start()
    await ready(first)
    const { code, err } = await toTheEnd(start())
    assert.equal(code, 1)
    assert.match(err, new RegExp(`^Dialplane cannot start\\.\nThe data folder ${home} is in use by another Dialplane \\(process ${first.pid}\\)\\.[^\n]*\n$`))
    first.kill('SIGINT')
    assert.equal(await exitOf(first), 0)
  })

  it('stops the start with one sentence when a room cannot open, and closes the others', async () => {
    const taken = createServer()
    taken.listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    for (const setting of ['HTTP_PORT', 'SIP_PORT']) {
      const { code, err } = await toTheEnd(start({ [setting]: String(port) }))
      assert.equal(code, 1)
      assert.match(err, /^Dialplane cannot start\.\n[^\n]+\n$/, setting)
      assert.match(err, new RegExp(String(port)))
      assert.doesNotMatch(err, /fault in Dialplane/)
      assert.ok(!existsSync(join(home, 'database/data/postmaster.pid')), 'PostgreSQL was stopped')
    }
    taken.close()
  })

  it('stops the start with a sentence a bad setting', async () => {
    const { code, err } = await toTheEnd(start({ SIP_PORT: 'x', RING_SECONDS: '1' }, ['--loud']))
    assert.equal(code, 1)
    assert.equal(err.trim().split('\n').length, 4)
    assert.match(err, /SIP_PORT is 'x'/)
    assert.match(err, /--loud is not an option/)
    assert.deepEqual(readdirSync(home), [])
  })

  it('refuses a master key that is not the database\'s', async () => {
    const first = start()
    await ready(first)
    first.kill('SIGINT')
    assert.equal(await exitOf(first), 0)
    rmSync(join(home, 'keys/master.key'))
    const { code, err } = await toTheEnd(start())
    assert.equal(code, 1)
    assert.match(err, /is not the one this database was written with/)
  })

  it('prints its settings', async () => {
    const { code, out } = await toTheEnd(start({ SIP_PORT: '5099' }, ['--settings']))
    assert.equal(code, 0)
    assert.match(out, /SIP_PORT +5099 +environment/)
    assert.equal((await toTheEnd(start({ SIP_PORT: 'x' }, ['--settings']))).code, 1)
  })

  it('writes JSON lines and nothing else to standard output when told so, and talks on the other one', async () => {
    const child = start({ LOG_TO: 'stdout' })
    assert.ok(child.stdout && child.stderr)
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)))
    let said = ''
    for await (const line of createInterface({ input: child.stderr })) {
      said += `${line}\n`
      if (line.startsWith('Ctrl-C')) child.kill('SIGINT')
    }
    assert.equal(await exitOf(child), 0)
    const lines = out.trim().split('\n').map((line) => JSON.parse(line) as { msg: string })
    assert.ok(lines.some((line) => line.msg === 'database closed'))
    const token = /First .*token=(\S+)/.exec(said)?.[1] ?? ''
    assert.ok(token.length > 20 && !out.includes(token))
    assert.ok(!existsSync(join(home, 'logs')))
  })

  it('stops at once when asked again, whatever hangs', async () => {
    const child = start()
    await ready(child)
    const database = postmaster()
    // A PostgreSQL that does not react keeps the orderly stop waiting.
    process.kill(database, 'SIGSTOP')
    while (child.exitCode === null) {
      child.kill('SIGINT')
      await wait(200)
    }
    assert.equal(child.exitCode, 130)
    process.kill(database, 'SIGCONT')
    while ((await processLife(database)) !== undefined) await wait(10)
  })

  it('that is stopped while it starts, starts and stops', async () => {
    const child = start()
    assert.ok(child.stdout)
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('  keys')) child.kill('SIGINT')
    }
    assert.equal(await exitOf(child), 0)
    await wait(0)
    assert.ok(!existsSync(join(home, 'database/data/postmaster.pid')))
  })
})
