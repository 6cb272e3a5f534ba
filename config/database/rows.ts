/** All rows of all tables, out of one moment and back in: what a backup has of the database. */
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { migrationsOf } from './migrate.ts'

/** A table, and its columns in the order in which they are written. */
export interface TableShape {
  name: string
  columns: string[]
}

export interface Snapshot {
  /** The steps that made the tables, in order of name. */
  migrations: string[]
  /** Of PostgreSQL. */
  version: string
  tables: TableShape[]
  /** The rows of one in the order of its primary key, as COPY's text. */
  rows(table: TableShape): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** Their rows are made by the steps themselves. */
const OF_MIGRATIONS = ['knex_migrations', 'knex_migrations_lock']

/** What text looks like must not depend on the session, so that two databases with the same rows give the same bytes. */
const PLAIN = "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET client_encoding = 'UTF8'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"

/** A connection of its own for work that takes long. */
export async function connectPlain(connection: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...connection, application_name: 'dialplane backup' })
  client.on('error', () => {})
  await client.connect()
  await client.query(PLAIN)
  return client
}

/** Everything as it is at this moment, whatever is changed while it is read. */
export async function openSnapshot(connection: pg.ClientConfig): Promise<Snapshot> {
  const client = await connectPlain(connection)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const { rows: [server] } = await client.query<{ server_version: string }>('SHOW server_version')
    return {
      migrations: await migrationsOf(client), version: server?.server_version ?? '', tables: await tablesOf(client),
      rows: (table) => rowsOf(client, table),
      close: () => client.end().catch(() => {}),
    }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** The rows of a table in this session, in the same order and words wherever they are read. */
export async function* rowsOf(client: pg.Client, { name, columns }: TableShape): AsyncGenerator<Buffer, void, undefined> {
  const { rows: keys } = await client.query<{ column: string; text: boolean }>(
    `SELECT quote_ident(attname) AS column, attcollation <> 0 AS text FROM pg_index, unnest(indkey::int2[]) WITH ORDINALITY AS k(attnum, place), pg_attribute a
     WHERE indrelid = $1::regclass AND indisprimary AND attrelid = indrelid AND a.attnum = k.attnum ORDER BY place`, [name])
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ')
  // Letters sort differently from machine to machine, bytes do not.
  const order = keys.length > 0 ? keys.map(({ column, text }) => (text ? `${column} COLLATE "C"` : column)).join(', ') : columns.map((column) => `${client.escapeIdentifier(column)}::text COLLATE "C"`).join(', ')
  for await (const piece of client.query(copyTo(`COPY (SELECT ${list} FROM ${name} ORDER BY ${order}) TO STDOUT`))) yield piece as Buffer
}

/** Every table of this schema; a table in parts is one. */
async function tablesOf(client: pg.Client): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `SELECT quote_ident(relname) AS name, array_agg(attname::text ORDER BY attnum) AS columns FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL ($1)
       AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY relname ORDER BY relname`, [OF_MIGRATIONS])
  return rows
}

export interface RowsLoader {
  /** Takes the rows of one table. */
  load(table: TableShape, rows: AsyncIterable<Buffer>): Promise<void>
  /** Rows as they are now, to be compared. */
  rows(table: TableShape): AsyncIterable<Buffer>
  /** Checks all references and keeps everything; nothing is there before. */
  commit(): Promise<void>
  /** After `commit` harmless; before it, everything is as it was. */
  close(): Promise<void>
}

/** Replaces all rows of all tables, in one transaction. The tables must be those that the rows were read from. */
export async function openLoader(connection: pg.ClientConfig): Promise<RowsLoader> {
  const client = await connectPlain(connection)
  const each = async (statement: (table: string) => string): Promise<void> => {
    for (const { name } of await tablesOf(client)) await client.query(statement(name))
  }
  try {
    await client.query('BEGIN')
    const { rows: references } = await client.query<{ name: string; of: string; as: string }>(
      `SELECT quote_ident(conname) AS name, conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS as FROM pg_constraint
       WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0`)
    for (const { name, of } of references) await client.query(`ALTER TABLE ${of} DROP CONSTRAINT ${name}`)
    // What triggers made is in the rows already.
    await each((table) => `ALTER TABLE ${table} DISABLE TRIGGER USER`)
    await client.query(`TRUNCATE ${(await tablesOf(client)).map(({ name }) => name).join(', ')}`)
    return {
      async load({ name, columns }, rows) {
        const list = columns.map((column) => client.escapeIdentifier(column)).join(', ')
        await pipeline(Readable.from(rows, { objectMode: false }), client.query(copyFrom(`COPY ${name} (${list}) FROM STDIN`)))
      },
      rows: (table) => rowsOf(client, table),
      async commit() {
        await client.query(
          `DO $$ DECLARE it record; BEGIN
             FOR it IN SELECT quote_ident(table_name) AS of, column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES' LOOP
               EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %s', it.of, it.name, it.name, it.of);
             END LOOP;
             IF to_regprocedure('dialplane_call_month(date)') IS NOT NULL THEN
               PERFORM dialplane_call_month(month) FROM (SELECT DISTINCT date_trunc('month', started_at AT TIME ZONE 'UTC')::date AS month FROM calls_other) months;
             END IF;
           END $$`)
        await each((table) => `ALTER TABLE ${table} ENABLE TRIGGER USER`)
        for (const { name, of, as } of references) await client.query(`ALTER TABLE ${of} ADD CONSTRAINT ${name} ${as}`)
        await client.query('COMMIT')
      },
      close: () => client.end().catch(() => {}),
    }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}
