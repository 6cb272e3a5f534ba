/** Backups of a real database: made, tried out, restored elsewhere; of every age; and what must not be restored. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type pg from 'pg'
import { makeBackup, type Made } from '../../../config/backup/make.ts'
import { requireNoUnfinishedRestore, restoreBackup } from '../../../config/backup/restore.ts'
import { passKey, type PassKey } from '../../../config/backup/sealed.ts'
import { tryBackup } from '../../../config/backup/try.ts'
import { serviceActor } from '../../../config/actor.ts'
import { migrationSource, runMigrations, runTheseMigrations } from '../../../config/database/migrate.ts'
import { openDatabase, openServer, type OpenDatabase, type Server } from '../../../config/database/open.ts'
import { connectPlain } from '../../../config/database/rows.ts'
import { withScratch } from '../../../config/database/scratch.ts'
import { Refusal } from '../../../config/errors.ts'
import { openSecrets } from '../../../config/secrets.ts'
import { requireSameKey } from '../../../config/same-key.ts'
import { quiet } from './ways.ts'

const PASS = 'correct horse'
const refused = (pattern: RegExp) => (error: unknown): boolean => error instanceof Refusal && pattern.test(error.message)
const settings = (home: string) => ({ home, database: { url: undefined, pool: 3 } })

describe('backup and restore', () => {
  let folder = ''
  let home = ''
  let db: OpenDatabase
  let pass: PassKey
  let made: Made
  let path = ''
  let tenant = ''
  /** An empty installation, already started once. */
  let target = ''
  let server: Server

  const backup = (connection: pg.ClientConfig, to: string): Promise<Made> => makeBackup({ connection, home, version: '0.1.0', path: to, pass })
  const ask = async <T extends object>(connection: pg.ClientConfig, sql: string): Promise<T[]> => {
    const client = await connectPlain(connection)
    try {
      return (await client.query<T>(sql)).rows
    } finally {
      await client.end()
    }
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dialplane-restore-'))
    home = join(folder, 'source')
    await mkdir(home)
    pass = await passKey(PASS)
    db = await openDatabase({ settings: settings(home), logger: quiet })
    const secrets = await openSecrets(home)
    await requireSameKey(db, secrets, home)
    tenant = (await ask<{ id: string }>(db.connection, 'SELECT id FROM tenants'))[0]!.id
    for (const number of ['101', '102'])
      await db.change(serviceActor(tenant, 'test'), async (trx) => {
        const id = randomUUID()
        await trx('extensions').insert({ id, tenant_id: tenant, number, name: `Zoë\t"${number}"\n\\. ünïcode`, vip_numbers: ['1', '2,3'] })
        const call = randomUUID()
        if (number === '101') await trx.raw('RESET ROLE')
        if (number === '101') for (const at of ['2024-02-29T23:59:59.123456Z', '2026-11-27T10:00:00Z', '1999-01-01T00:00:00Z'])
          await trx('calls').insert({ id: call, tenant_id: tenant, root_id: call, started_at: at, ended_at: at, direction: 'internal', from_number: '101', to_number: '102', caller_extension_id: id, result: 'answered', reason: 'x', explanation: 'x', hung_up_by: 'caller', plan: '{"steps":[]}', legs: '[]' })
        await trx.raw('SET LOCAL ROLE dialplane_tenant')
        return { result: undefined, audit: { action: 'extension.create', subjectType: 'extension', subjectId: id, after: { number } } }
      })
    await mkdir(join(home, 'recordings', 'deep'), { recursive: true })
    await writeFile(join(home, 'recordings', 'deep', 'one.sealed'), Buffer.alloc(100_000, 7))
    await writeFile(join(home, 'recordings', 'half.sealed.part'), 'half')
    await writeFile(join(home, 'dialplane.env'), 'SIP_PORT=5080\n')
    await mkdir(join(home, 'logs'))
    await writeFile(join(home, 'logs', 'dialplane.log'), 'log')
    path = join(folder, 'one.backup')
    made = await backup(db.connection, path)
    target = await mkdtemp(join(folder, 'target-'))
    server = await openServer({ settings: settings(target), logger: quiet })
    await runMigrations(server.connection, quiet)
    await openSecrets(target)
  })
  after(async () => {
    await server?.close()
    await db?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('has all tables, the keys, the sound and the settings, and nothing that is made again', () => {
    assert.deepEqual(made.files.map(({ name }) => name), ['dialplane.env', 'keys/master.key', 'recordings/deep/one.sealed'])
    const rows = new Map(made.tables.map(({ name, rows: count }) => [name, count]))
    assert.deepEqual([rows.get('extensions'), rows.get('calls'), rows.get('audit_log'), rows.get('mailboxes'), rows.get('tenants')], [2, 3, 2, 2, 1])
    assert.ok(!rows.has('calls_other') && !rows.has('knex_migrations'))
  })

  it('is one moment, whatever is written meanwhile', async () => {
    const later = join(folder, 'later.backup')
    const first = await backup(db.connection, later)
    const writing = (async () => {
      for (let i = 0; i < 40; i++) await db.change(serviceActor(tenant, 'test'), () => Promise.resolve({ result: undefined, audit: { action: 'test.write', subjectType: 'test', subjectId: String(i) } }))
    })()
    const during = await backup(db.connection, join(folder, 'during.backup'))
    await writing
    // The chain of the audit and its head are of one moment, or this refuses.
    const tried = await tryBackup({ path: join(folder, 'during.backup'), secret: pass, connection: db.connection, logger: quiet })
    const of = (sums: Made['tables']) => sums.find(({ name }) => name === 'audit_log')!.rows
    assert.equal(tried.audits[0]?.entries, of(during.tables))
    assert.ok(of(during.tables) >= of(first.tables) && of(during.tables) <= of(first.tables) + 40)
  })

  it('is tried out beside the real tables, which stay as they are, and nothing is left', async () => {
    const before = await ask(db.connection, 'SELECT * FROM extensions ORDER BY id')
    const { sums, manifest, audits } = await tryBackup({ path, secret: PASS, connection: db.connection, logger: quiet })
    assert.deepEqual(sums, [...made.tables, ...made.files])
    assert.equal(manifest.migrations.length, (await migrationSource.getMigrations([])).length)
    assert.deepEqual(audits.map(({ entries, broken }) => [entries, broken]), [[2, undefined]])
    assert.deepEqual(await ask(db.connection, 'SELECT * FROM extensions ORDER BY id'), before)
    assert.deepEqual(await ask(db.connection, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dialplane%'"), [])
  })

  it('is not restored over somebody’s data', async () => {
    await assert.rejects(restoreBackup({ path, secret: PASS, connection: db.connection, home, logger: quiet }), refused(/0 people and 2 extensions .* empty installation/s))
    assert.equal((await ask(db.connection, 'SELECT FROM extensions')).length, 2)
    await requireNoUnfinishedRestore(home)
  })

  it('is found damaged before anything is touched', async () => {
    const bytes = await readFile(path)
    bytes[bytes.length - 40]! ^= 1
    const bad = join(folder, 'bad.backup')
    await writeFile(bad, bytes)
    const before = await ask(server.connection, 'SELECT * FROM tenants')
    await assert.rejects(restoreBackup({ path: bad, secret: PASS, connection: server.connection, home: target, logger: quiet }), refused(/damaged/))
    await assert.rejects(restoreBackup({ path, secret: 'wrong', connection: server.connection, home: target, logger: quiet }), refused(/does not open/))
    await assert.rejects(restoreBackup({ path: join(folder, 'none'), secret: PASS, connection: server.connection, home: target, logger: quiet }), refused(/cannot be read/))
    assert.deepEqual(await ask(server.connection, 'SELECT * FROM tenants'), before)
    await requireNoUnfinishedRestore(target)
  })

  it('interrupted, keeps Dialplane from starting on half of it, and goes on when it is asked again', async () => {
    // A file where a folder should be: what stands for a power cut in the middle of putting files in place.
    await writeFile(join(target, 'recordings'), 'in the way')
    await assert.rejects(restoreBackup({ path, secret: PASS, connection: server.connection, home: target, logger: quiet }))
    await assert.rejects(requireNoUnfinishedRestore(target), refused(/did not come to its end.*--restore/))
    await rm(join(target, 'recordings'))
    const { sums, settingsAt } = await restoreBackup({ path, secret: PASS, connection: server.connection, home: target, logger: quiet })
    assert.deepEqual(sums, [...made.tables, ...made.files])
    assert.equal(settingsAt, join(target, 'dialplane.env.from-backup'))
    await requireNoUnfinishedRestore(target)
  })

  it('comes back whole, and works', async () => {
    assert.equal(await readFile(join(target, 'keys/master.key'), 'utf8'), await readFile(join(home, 'keys/master.key'), 'utf8'))
    assert.deepEqual(await readFile(join(target, 'recordings/deep/one.sealed')), Buffer.alloc(100_000, 7))
    assert.ok(!existsSync(join(target, 'dialplane.env')) && !existsSync(join(target, 'restore.part')))
    assert.deepEqual((await ask<{ part: string }>(server.connection, 'SELECT tableoid::regclass::text AS part FROM calls ORDER BY 1')).map(({ part }) => part), ['calls_1999_01', 'calls_2024_02', 'calls_2026_11'])
    // References, triggers and sequences are what they were.
    await assert.rejects(ask(server.connection, `INSERT INTO devices (id, tenant_id, extension_id, name, auth_username, secret_sealed) SELECT gen_random_uuid(), id, gen_random_uuid(), 'x', 'x', '' FROM tenants`), /violates|column/)
    await assert.rejects(ask(server.connection, 'DELETE FROM audit_log'), /can only be added to/)
    await server.close()
    const again = await openDatabase({ settings: settings(target), logger: quiet })
    try {
      await requireSameKey(again, await openSecrets(target), target)
      await again.change(serviceActor(tenant, 'test'), () => Promise.resolve({ result: undefined, audit: { action: 'test.write', subjectType: 'test', subjectId: '1' } }))
      assert.deepEqual((await ask<{ id: string; seq: string }>(again.connection, 'SELECT id, seq FROM audit_log ORDER BY id')).map(({ id, seq }) => [id, seq]), [['1', '1'], ['2', '2'], ['3', '3']])
    } finally {
      await again.close()
    }
  })

  it('of older tables is restored and brought up to date; of newer ones it is refused', async () => {
    const all = await migrationSource.getMigrations([])
    for (const steps of [6, 22, all.length - 1]) {
      const old = join(folder, `old-${steps}.backup`)
      await withScratch(db.connection, async (connection) => {
        await runTheseMigrations(connection, quiet, all.slice(0, steps))
        await ask(connection, "INSERT INTO extensions (id, tenant_id, number, name) SELECT gen_random_uuid(), id, '300', 'Old' FROM tenants; INSERT INTO audit_log (tenant_id, actor_kind, actor_id, actor_name, action, subject_type, subject_id) SELECT id, 'user', '1', 'x', 'x', 'x', 'x' FROM tenants")
        await backup(connection, old)
      })
      const { manifest, audits } = await tryBackup({ path: old, secret: pass, connection: db.connection, logger: quiet })
      assert.deepEqual([manifest.migrations.length, audits[0]?.entries], [steps, 1], all[steps])
    }
    const newer = join(folder, 'newer.backup')
    await withScratch(db.connection, async (connection) => {
      await runMigrations(connection, quiet)
      await ask(connection, "INSERT INTO knex_migrations (name, batch) VALUES ('20991231_01_future.ts', 9)")
      await backup(connection, newer)
    })
    await assert.rejects(tryBackup({ path: newer, secret: pass, connection: db.connection, logger: quiet }), refused(/newer Dialplane \(it has 20991231_01_future\.ts.*Install that version/))
  })

  it('is found out when the audit in it was tampered with', async () => {
    const bad = join(folder, 'tampered.backup')
    await withScratch(db.connection, async (connection) => {
      await runMigrations(connection, quiet)
      await ask(connection, "INSERT INTO audit_log (tenant_id, actor_kind, actor_id, actor_name, action, subject_type, subject_id) SELECT id, 'user', '1', 'x', 'x', 'x', 'x' FROM tenants; ALTER TABLE audit_log DISABLE TRIGGER USER; UPDATE audit_log SET actor_name = 'nobody'")
      await backup(connection, bad)
    })
    await assert.rejects(tryBackup({ path: bad, secret: pass, connection: db.connection, logger: quiet }), refused(/audit of main does not fit at place 1/))
  })
})
