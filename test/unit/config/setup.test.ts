/** The first command on a fresh clone, played with a package lock, an npm and a Vite of our own. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { processLife } from '../../../config/process-table.ts'

const SETUP = new URL('../../../config/setup/', import.meta.url).pathname
/** As on a Node that cannot turn into another program. */
const OLD_NODE = ['--import', 'data:text/javascript,process.execve=undefined']

const LOCK = {
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/only-elsewhere': { version: '1.0.0', integrity: 'sha512-o', optional: true },
  'node_modules/tester': { version: '1.0.0', integrity: 'sha512-t', dev: true },
}

describe('the first command', () => {
  let root = ''
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const putJson = (path: string, value: unknown): void => put(path, JSON.stringify(value))
  const installed = (...names: string[]): void => putJson('node_modules/.package-lock.json', { packages: Object.fromEntries(Object.entries(LOCK).filter(([path]) => names.some((name) => path.endsWith(`/${name}`)))) })
  const npmCalls = (): string[] => (existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : [])

  function start(args: string[], { node = [] as string[], env = {} as Record<string, string> } = {}): ChildProcess {
    return spawn(process.execPath, [...node, join(root, 'config/setup/run.mjs'), ...args], {
      env: { PATH: `${join(root, 'bin')}:${process.env['PATH']}`, npm_execpath: join(root, 'npm.js'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  async function run(args: string[], options?: Parameters<typeof start>[1]): Promise<{ code: number; out: string; err: string }> {
    const child = start(args, options)
    let [out, err] = ['', '']
    child.stdout?.on('data', (chunk: Buffer) => (out += String(chunk)))
    child.stderr?.on('data', (chunk: Buffer) => (err += String(chunk)))
    const [code] = (await once(child, 'close')) as [number]
    return { code, out, err }
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dialplane-setup-'))
    cpSync(SETUP, join(root, 'config/setup'), { recursive: true })
    putJson('package-lock.json', { packages: LOCK })
    put('main.ts', `console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd() })); process.exit(Number(process.argv[2] ?? 0))`)
    mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true })
    symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'))
    // This npm installs what it is asked for by writing down that it did.
    put('npm.js', `
      const fs = require('node:fs')
      fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
      if (fs.existsSync('npm-fails')) { console.error('npm error network'); process.exit(1) }
      const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'))
      const dev = process.argv.includes('--include=dev')
      fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: Object.fromEntries(Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.optional && (dev || !entry.dev))) }))`)
    // Programs of the tests, so that nothing is installed on this machine.
    for (const program of ['sipp', 'sipsak', 'baresip', 'tshark', 'chromium', 'sox', 'ip']) {
      put(`bin/${program}`, '')
      chmodSync(join(root, 'bin', program), 0o755)
    }
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('hands over at once when everything is there: arguments, folder and exit code', async () => {
    installed('a')
    for (const node of [[], OLD_NODE]) {
      const { code, out } = await run(['main.ts', '7', 'x y'], { node })
      assert.equal(code, 7)
      assert.deepEqual(JSON.parse(out), { args: ['7', 'x y'], cwd: root })
    }
    assert.deepEqual(npmCalls(), [])
  })

  it('installs without development packages to start, with them to test, and neither twice', async () => {
    assert.equal((await run(['main.ts'])).code, 0)
    assert.equal((await run(['main.ts'])).code, 0)
    assert.deepEqual(npmCalls(), ['ci --no-audit --no-fund --loglevel=error --omit=dev'])
    assert.equal((await run(['--test', 'main.ts'])).code, 0)
    assert.equal((await run(['--test', 'main.ts'])).code, 0)
    // A full installation is enough to start.
    assert.equal((await run(['main.ts'])).code, 0)
    assert.deepEqual(npmCalls().slice(1), ['ci --no-audit --no-fund --loglevel=error --include=dev'])
  })

  it('installs again when the lock names another version, or Node is missing', async () => {
    installed('a')
    putJson('package-lock.json', { packages: { ...LOCK, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-b' } } })
    assert.equal((await run(['main.ts'])).code, 0)
    assert.equal(npmCalls().length, 1)
    rmSync(join(root, 'node_modules/node'), { recursive: true })
    const { code, err } = await run(['main.ts'])
    assert.equal(code, 1)
    assert.match(err, /the Node that the package `node` brings is missing/)
  })

  it('says what to do when npm fails', async () => {
    put('npm-fails', '')
    const { code, err } = await run(['main.ts'])
    assert.equal(code, 1)
    assert.match(err, /npm error network/)
    assert.match(err, /npm could not install the packages.*must reach the npm registry/)
  })

  it('builds the panel once, and again when a source changed', async () => {
    installed('a')
    put('admin/index.html', '<html>')
    put('admin/app/main.tsx', '1')
    put('node_modules/vite/bin/vite.js', `
      const fs = require('node:fs')
      if (fs.existsSync('vite-fails')) { console.error('vite broke'); process.exit(1) }
      fs.appendFileSync('vite-calls', process.argv.slice(2).join(' ') + '\\n')
      fs.mkdirSync('admin/dist', { recursive: true })
      fs.writeFileSync('admin/dist/index.html', '')`)
    const builds = (): number => readFileSync(join(root, 'vite-calls'), 'utf8').trim().split('\n').length
    await run(['main.ts'])
    await run(['main.ts'])
    assert.equal(builds(), 1)
    put('admin/app/main.tsx', '2')
    await run(['main.ts'])
    assert.equal(builds(), 2)
    put('admin/app/other.tsx', '')
    put('vite-fails', '')
    const { code, err } = await run(['main.ts'])
    assert.equal(code, 1)
    assert.match(err, /vite broke[\s\S]*The panel could not be built/)
    assert.equal((await run(['main.ts', '0', '--settings'])).code, 0, 'the settings are printed without a panel')
  })

  it('refuses a script that is not there', async () => {
    assert.equal((await run(['none.ts'])).code, 2)
    assert.equal((await run([])).code, 2)
  })

  for (const [name, node] of [['by becoming it', []], ['by standing in for it', OLD_NODE]] as const) {
    it(`passes signals on to the server ${name}`, async () => {
      installed('a')
      put('main.ts', `process.on('SIGINT', () => { console.log('int'); process.exit(3) }); setInterval(() => {}, 1000); console.log('ready')`)
      const child = start(['main.ts'], { node: [...node] })
      const exit = once(child, 'close') as Promise<[number]>
      const lines: string[] = []
      for await (const line of createInterface({ input: child.stdout! })) {
        lines.push(line)
        if (line === 'ready') child.kill('SIGINT')
      }
      assert.deepEqual(lines, ['ready', 'int'])
      assert.equal((await exit)[0], 3)
    })
  }

  it('takes the server with it when it is killed outright', { skip: existsSync('/usr/bin/setpriv') ? false : 'no setpriv' }, async () => {
    installed('a')
    put('main.ts', `setInterval(() => {}, 1000); console.log(process.pid)`)
    const child = start(['main.ts'], { node: OLD_NODE })
    for await (const line of createInterface({ input: child.stdout! })) {
      assert.notEqual(Number(line), child.pid)
      child.kill('SIGKILL')
      while ((await processLife(Number(line))) !== undefined) await wait(10)
      break
    }
  })
})
