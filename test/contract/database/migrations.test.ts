/** The steps that make the tables, forwards and backwards. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type pg from 'pg'
import { migrationSource, runMigrations, undoMigrations } from '../../../config/database/migrate.ts'
import { Refusal } from '../../../config/errors.ts'
import { directly, quiet, ways, type Place } from './ways.ts'

/** Everything in the public schema but knex's own tables: columns, constraints, indexes, policies, functions, grants. */
const SHAPE = `
  SELECT 'column' AS kind, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS what
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'knex%'
  UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'knex%'
  UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'knex%'
  UNION ALL SELECT 'policy', tablename || ' ' || policyname || ' ' || roles::text || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '') FROM pg_policies
  UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT 'grant', table_name || ' ' || privilege_type FROM information_schema.role_table_grants WHERE grantee = 'dialplane_tenant'
  ORDER BY 1, 2`

for (const way of ways) {
  describe(`migrations: ${way.name}`, { skip: way.skip }, () => {
    let place: Place
    let stop: () => Promise<void>
    let connection: pg.ClientConfig

    const shape = (): Promise<string[]> =>
      directly(place, async (client) => (await client.query<{ kind: string; what: string }>(SHAPE)).rows.map((row) => `${row.kind}: ${row.what}`))

    before(async () => {
      place = await way.prepare()
      // Opened so that the embedded server runs; its tables are then undone.
      const db = await place.open()
      stop = () => db.close()
      connection = place.connection
    })
    after(async () => {
      await stop?.()
      await place?.remove()
    })

    it('are dated files, each listed once and in order', async () => {
      const names = await migrationSource.getMigrations([])
      assert.ok(names.length > 0)
      assert.deepEqual(names, [...names].sort())
      const dated = readdirSync(new URL('../../../migrations/', import.meta.url)).filter((name) => /^\d/.test(name))
      assert.deepEqual([...dated].sort(), names, 'a file whose name does not fit would never run')
    })

    it('lead back to nothing, and forward to the same again', async () => {
      const first = await shape()
      assert.ok(first.length > 50)
      await undoMigrations(connection, quiet)
      assert.deepEqual(await shape(), [])
      await runMigrations(connection, quiet)
      assert.deepEqual(await shape(), first)
    })

    it('run once however many start at the same time', async () => {
      await undoMigrations(connection, quiet)
      await Promise.all(Array.from({ length: 4 }, () => runMigrations(connection, quiet)))
      const names = await directly(place, async (client) => (await client.query<{ name: string }>('SELECT name FROM knex_migrations ORDER BY id')).rows.map((row) => row.name))
      assert.deepEqual(names, await migrationSource.getMigrations([]))
    })

    it('go on after a start that was killed in the middle', async () => {
      await directly(place, (client) => client.query('UPDATE knex_migrations_lock SET is_locked = 1'))
      await runMigrations(connection, quiet)
    })

    it('refuse a database that a newer Dialplane wrote', async () => {
      await directly(place, (client) => client.query(`INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('20991231_01_future.ts', 99, now())`))
      const newer = (error: unknown): boolean => error instanceof Refusal && /newer Dialplane \(it has 20991231_01_future\.ts/.test(error.message)
      await assert.rejects(runMigrations(connection, quiet), newer)
      await assert.rejects(place.openBeside(2), newer)
      await directly(place, (client) => client.query(`DELETE FROM knex_migrations WHERE batch = 99`))
      await runMigrations(connection, quiet)
    })
  })
}
