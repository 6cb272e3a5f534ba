/** The PostgreSQL we start ourselves: every way a start can find the machine, and every way it can end. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, open as openFile, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { identitiesOfMachine } from '../../../config/database/embedded/identity.ts'
import { openEmbedded, type Connection, type EmbeddedOptions, type EmbeddedPostgres } from '../../../config/database/embedded/index.ts'
import { locateBinaries } from '../../../config/database/embedded/binaries.ts'
import { openDatabase } from '../../../config/database/open.ts'
import type { Database } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import { processLife } from '../../../config/process-table.ts'
import { quiet } from './ways.ts'

const ROOT = process.getuid?.() === 0
const OPEN = new URL('./open-embedded.ts', import.meta.url).pathname

const refused = (pattern: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof Refusal, String(error))
  assert.match(error.message, pattern)
  return true
}

async function ask<T extends pg.QueryResultRow>(connection: Connection, sql: string): Promise<T[]> {
  const client = new pg.Client(connection)
  await client.connect()
  return client.query<T>(sql).then((result) => result.rows).finally(() => client.end())
}

/** Resolves when the process is gone. There is no event for a process that is not our child. */
async function gone(pid: number): Promise<void> {
  while ((await processLife(pid)) !== undefined) await wait(10)
}

describe('embedded PostgreSQL', { timeout: 120_000 }, () => {
  let home = ''
  const opened: EmbeddedPostgres[] = []
  const open = async (options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> => {
    const server = await openEmbedded({ home, pool: 2, logger: quiet, ...options })
    opened.push(server)
    return server
  }

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'dialplane-embedded-'))
  })
  afterEach(async () => {
    for (const server of opened.splice(0)) await server.close()
    await rm(home, { recursive: true, force: true })
  })

  it('keeps what was written, is private, listens on no port, and leaves no process', async () => {
    const first = await open()
    assert.ok(first.pid)
    await ask(first.connection, 'CREATE TABLE kept AS SELECT 42 AS value')
    const [facts] = await ask<{ super: boolean; listen: string; sums: string; low: string; hba: string }>(first.connection, `
      SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super, current_setting('listen_addresses') AS listen,
        current_setting('data_checksums') AS sums, lower('ÄB') AS low`)
    assert.deepEqual(facts, { super: false, listen: '', sums: 'on', low: 'äb' })
    for (const file of await readdir(join(home, 'keys'))) assert.equal((await stat(join(home, 'keys', file))).mode & 0o777, 0o600, file)
    assert.equal((await stat(first.connection.host)).mode & 0o777, 0o700)
    const hba = await readFile(join(home, 'database', 'data', 'pg_hba.conf'), 'utf8')
    assert.doesNotMatch(hba.replaceAll(/^#.*$/gm, ''), /\b(trust|md5|password)\b/)
    const pid = first.pid ?? 0
    await first.close()
    await first.close()
    assert.equal(await processLife(pid), undefined)
    assert.deepEqual((await readdir(home)).sort(), ['database', 'keys'], 'no lock is left')

    const second = await open()
    assert.deepEqual(await ask(second.connection, 'SELECT value FROM kept'), [{ value: 42 }])
  })

  it('refuses a wrong password', async () => {
    const { connection } = await open()
    await assert.rejects(ask({ ...connection, password: 'wrong' }, 'SELECT 1'), (error: unknown) => (error as { code: string }).code === '28P01')
    await assert.rejects(ask({ ...connection, user: 'postgres' }, 'SELECT 1'), (error: unknown) => (error as { code: string }).code === '28P01')
  })

  it('is started once a home', async () => {
    await open()
    await assert.rejects(open(), refused(/in use by another Dialplane \(process \d+\)/))
  })

  it('works below a path too long for a socket', async () => {
    home = join(home, 'x'.repeat(60), 'y'.repeat(60))
    const server = await open()
    assert.ok(Buffer.byteLength(server.connection.host) < 90)
    assert.equal((await stat(server.connection.host)).mode & 0o777, 0o700)
    assert.equal((await ask(server.connection, 'SELECT 1')).length, 1)
    await server.close()
    await assert.rejects(stat(server.connection.host), { code: 'ENOENT' })
    home = join(home, '..', '..')
  })

  it('comes back by itself when it is killed, and loses nothing that was confirmed', async () => {
    const settings = { home, database: { url: undefined, pool: 2 } }
    const db = await openDatabase({ settings, logger: quiet })
    try {
      const pid = Number((await readFile(join(home, 'database', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
      await db.system('test', (trx) => trx('system_state').insert({ key: 'kept', value: '1' }))
      const states: boolean[] = []
      const back = Promise.withResolvers<void>()
      db.onAvailability((available) => {
        states.push(available)
        if (available) back.resolve()
      })
      process.kill(pid, 'SIGKILL')
      await back.promise
      assert.deepEqual(states, [false, true])
      assert.equal((await db.system('test', (trx) => trx('system_state').where({ key: 'kept' }))).length, 1)
    } finally {
      await db.close()
    }
  })

  it('refuses at once while it is away, with a time to come back', async () => {
    const db: Database = await openDatabase({ settings: { home, database: { url: undefined, pool: 2 } }, logger: quiet })
    try {
      const away = Promise.withResolvers<void>()
      const back = Promise.withResolvers<void>()
      db.onAvailability((available) => (available ? back : away).resolve())
      const pid = Number((await readFile(join(home, 'database', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
      process.kill(pid, 'SIGKILL')
      await away.promise
      await assert.rejects(db.system('test', async () => 1), (error: unknown) => error instanceof Refusal && error.code === 'unavailable' && error.retryAfter === 5)
      await back.promise
    } finally {
      await db.close()
    }
  })

  it('ends with the process that started it, even when that is killed outright', async () => {
    const { child, facts } = await openElsewhere(home)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await gone(facts.pid)
    const next = await open()
    assert.deepEqual(await ask(next.connection, 'SELECT value FROM kept'), [{ value: 1 }])
  })

  it('stops one that an earlier process left running', async () => {
    const first = await open()
    await ask(first.connection, 'CREATE TABLE kept AS SELECT 7 AS value')
    await first.close()
    const orphan = await startOrphan(home)
    const next = await open()
    assert.notEqual(next.pid, orphan)
    assert.equal(await processLife(orphan), undefined)
    assert.deepEqual(await ask(next.connection, 'SELECT value FROM kept'), [{ value: 7 }])
  })

  it('does not mistake a stranger with the old process id for its server', async () => {
    await (await open()).close()
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
    const data = join(home, 'database', 'data')
    await writeFile(join(data, 'postmaster.pid'), `${stranger.pid}\n${data}\n1\n5432\n${join(home, 'database', 'socket')}\n\n 1 1\nready\n`, { mode: 0o600 })
    const next = await open()
    assert.equal((await ask(next.connection, 'SELECT 1')).length, 1)
    assert.equal(stranger.exitCode, null)
    assert.equal(stranger.signalCode, null)
    stranger.kill()
    await once(stranger, 'exit')
  })

  it('starts over after a first start that was interrupted', async () => {
    await mkdir(join(home, 'database', 'data.new', 'base'), { recursive: true, mode: 0o700 })
    await writeFile(join(home, 'database', 'initdb-password'), 'old\n')
    const server = await open()
    assert.equal((await ask(server.connection, 'SELECT 1')).length, 1)
    assert.deepEqual((await readdir(join(home, 'database'))).sort(), ['data', 'socket'])
  })

  it('finishes a first start that ended before role and database were made', async () => {
    const first = await open()
    const superuser = { ...first.connection, user: 'postgres', database: 'postgres', password: (await readFile(join(home, 'keys', 'postgresql-superuser.password'), 'utf8')).trim() }
    await ask(superuser, 'DROP DATABASE dialplane')
    await first.close()
    const second = await open()
    assert.equal((await ask(second.connection, 'SELECT 1')).length, 1)
  })

  it('gives its role the new password when the key file was lost', async () => {
    await (await open()).close()
    await rm(join(home, 'keys', 'postgresql.password'))
    const second = await open()
    assert.equal((await ask(second.connection, 'SELECT 1')).length, 1)
  })

  it('says what is wrong with a damaged data folder, and leaves nothing running', async () => {
    await (await open()).close()
    const data = join(home, 'database', 'data')
    await truncate(join(data, 'global', 'pg_control'), 10)
    await assert.rejects(open(), refused(/did not start on .*damaged|The data folder looks damaged/))
    await rename(join(data, 'PG_VERSION'), join(data, 'PG_VERSION.gone'))
    await assert.rejects(open(), refused(/is damaged: it holds files but no PG_VERSION/))
    await writeFile(join(data, 'PG_VERSION'), '9.6\n')
    await assert.rejects(open(), refused(/was written by PostgreSQL 9\.6, this Dialplane brings PostgreSQL \d+/))
    assert.deepEqual((await readdir(home)).sort(), ['database', 'keys'])
  })

  it('says that the folder cannot be made', async () => {
    await writeFile(join(home, 'file'), '')
    await assert.rejects(open({ home: join(home, 'file', 'home') }), refused(/cannot be made/))
  })

  describe('as root', { skip: ROOT ? false : 'not root' }, () => {
    it('runs in a home closed to all others', async () => {
      await chmod(home, 0o700)
      const server = await open()
      assert.equal((await ask(server.connection, 'SELECT 1')).length, 1)
    })

    it('runs as another user where there are no user namespaces, and changes back', async (t) => {
      const others = (await identitiesOfMachine()).filter((identity) => identity.uid !== 0)
      if (others.length === 0) return t.skip('no user postgres or nobody')
      const first = await open({ identities: others })
      await ask(first.connection, 'CREATE TABLE kept AS SELECT 3 AS value')
      assert.equal((await stat(join(home, 'database', 'data'))).uid, others[0]?.uid)
      await first.close()
      const second = await open()
      assert.deepEqual(await ask(second.connection, 'SELECT value FROM kept'), [{ value: 3 }])
      await second.close()
      const third = await open({ identities: others })
      assert.deepEqual(await ask(third.connection, 'SELECT value FROM kept'), [{ value: 3 }])
    })

    it('says so when another user cannot reach the home', async (t) => {
      const others = (await identitiesOfMachine()).filter((identity) => identity.uid !== 0)
      if (others.length === 0) return t.skip('no user postgres or nobody')
      const closed = join(home, 'closed')
      await mkdir(closed, { mode: 0o700 })
      await assert.rejects(open({ home: join(closed, 'home'), identities: others }), refused(/cannot reach its data .*closed to it.* Run Dialplane as an ordinary user/))
    })

    it('copies its programs where they can be run when they cannot be run where they are', async (t) => {
      const others = (await identitiesOfMachine()).filter((identity) => identity.uid !== 0)
      if (others.length === 0) return t.skip('no user postgres or nobody')
      const packaged = locateBinaries()
      const elsewhere = others.map((identity) => ({
        ...identity,
        description: `${identity.description}, packages closed`,
        launch: (program: string, args: readonly string[]) => identity.launch(program.startsWith(packaged) ? '/bin/false' : program, args),
      }))
      const server = await open({ identities: elsewhere })
      assert.equal((await ask(server.connection, 'SELECT 1')).length, 1)
      assert.equal((await readdir(join(home, 'postgresql'))).length, 1)
    })

    it('is also started by an ordinary user', async () => {
      const uid = 65534
      await chown(home, uid, uid)
      const { child, facts } = await openElsewhere(home, ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'])
      assert.equal((await stat(join(home, 'database', 'data'))).uid, uid)
      child.stdin?.end()
      const [code] = (await once(child, 'exit')) as [number]
      assert.equal(code, 0)
      assert.equal(await processLife(facts.pid), undefined)
    })

    describe('on a disk of its own', () => {
      let disk = ''
      const mount = async (size: string): Promise<boolean> => {
        disk = join(home, 'disk')
        await mkdir(disk)
        return (await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])) === 0
      }
      afterEach(() => run('umount', ['-l', disk]))

      it('refuses to start when it is nearly full', async (t) => {
        if (!(await mount('64m'))) return t.skip('cannot mount')
        await assert.rejects(open({ home: disk }), refused(/MB are free on the disk/))
      })

      it('refuses while it is full, crashes of PostgreSQL included, and goes on when there is space again', async (t) => {
        if (!(await mount('220m'))) return t.skip('cannot mount')
        const db = await openDatabase({ settings: { home: disk, database: { url: undefined, pool: 2 } }, logger: quiet })
        try {
          const away = Promise.withResolvers<void>()
          const back = Promise.withResolvers<void>()
          db.onAvailability((available) => (available ? back : away).resolve())
          await db.system('test', (trx) => trx('system_state').insert({ key: 'kept', value: '1' }))
          await fill(join(disk, 'filler'))
          // Many times what is left of the write-ahead log: PostgreSQL must give up.
          const write = db.system('test', async (trx) => {
            for (let i = 0; i < 40; i++) await trx.raw(`SELECT pg_logical_emit_message(true, 'test', repeat('x', 1000000))`)
          })
          await assert.rejects(write, refused(/no disk space left|connection to the database was lost/))
          await away.promise
          await assert.rejects(db.system('test', async () => 1), refused(/does not answer/))
          await rm(join(disk, 'filler'))
          await back.promise
          await db.system('test', (trx) => trx('system_state').insert({ key: 'after', value: '2' }))
          assert.deepEqual(await db.system('test', (trx) => trx('system_state').whereIn('key', ['kept', 'after']).orderBy('value').pluck('key')), ['kept', 'after'])
        } finally {
          await db.close()
        }
      })
    })
  })
})

/** Writes until nothing more fits. */
async function fill(path: string): Promise<void> {
  const file = await openFile(path, 'w')
  try {
    for (;;) await file.write(Buffer.alloc(64 * 1024))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  } finally {
    await file.close()
  }
}

async function run(file: string, args: string[]): Promise<number> {
  const child = spawn(file, args, { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number]
  return code
}

/** Another process that opens the home, makes table `kept`, and closes when its input ends. */
async function openElsewhere(home: string, before: string[] = []): Promise<{ child: ChildProcess; facts: { pid: number } }> {
  const [file = '', ...args] = [...before, process.execPath, OPEN, home]
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) return { child, facts: JSON.parse(line) as { pid: number } }
  throw new Error('The other process said nothing.')
}

/** A server on the home's data that nobody owns, as one left by a Dialplane without `setpriv` would be. */
async function startOrphan(home: string): Promise<number> {
  const [identity] = await identitiesOfMachine()
  assert.ok(identity)
  const database = join(home, 'database')
  const launch = identity.launch(join(locateBinaries(), 'bin', 'postgres'), ['-D', join(database, 'data'), '-c', 'listen_addresses=', '-c', `unix_socket_directories=${database}/socket`])
  const guard = launch.args.indexOf('--pdeathsig')
  if (guard > 0 && launch.args[guard - 1] === 'setpriv') launch.args.splice(guard - 1, 3)
  const child = spawn(launch.file, launch.args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('ready to accept')) break
  }
  child.unref()
  assert.ok(child.pid)
  return child.pid
}
