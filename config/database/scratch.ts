/** A schema of its own beside the real one, for trying a backup out. */
import knex from 'knex'
import type pg from 'pg'
import { randomToken } from '../ids.ts'
import type { Logger } from '../logger.ts'
import type { Knex, Transaction } from './index.ts'
import { knexLog } from './knex-log.ts'
import { connectPlain } from './rows.ts'

const PREFIX = 'dialplane_scratch_'

/**
 * Makes an empty schema, in which `work` is at home: what it names without a schema is there and nowhere else. It is gone afterwards,
 * and so are those that a crash left behind. Any PostgreSQL gives this to the owner of a database; another database it would not.
 */
export async function withScratch<T>(connection: pg.ClientConfig, work: (scratch: pg.ClientConfig) => Promise<T>): Promise<T> {
  const name = `${PREFIX}${Buffer.from(randomToken(8), 'base64url').toString('hex')}`
  const client = await connectPlain(connection)
  try {
    // Held as long as this schema is used; the others belong to nobody any more.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name])
    const { rows } = await client.query<{ name: string }>("SELECT nspname AS name FROM pg_namespace WHERE starts_with(nspname, $1)", [PREFIX])
    for (const left of rows) {
      const { rows: [free] } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS taken', [left.name])
      if (free?.taken === true) await client.query(`DROP SCHEMA ${client.escapeIdentifier(left.name)} CASCADE`)
    }
    await client.query(`CREATE SCHEMA ${name}`)
    try {
      return await work({ ...connection, options: `-c search_path=${name}` })
    } finally {
      await client.query(`DROP SCHEMA ${name} CASCADE`)
    }
  } finally {
    await client.end().catch(() => {})
  }
}

/** Drops every table and function of ours. What the operator's extensions have brought stays. */
export async function dropEverything(connection: pg.ClientConfig): Promise<void> {
  const client = await connectPlain(connection)
  try {
    await client.query(`
      DO $$ DECLARE it record; BEGIN
        FOR it IN SELECT oid::regclass AS name FROM pg_class c WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
            AND pg_has_role(relowner, 'USAGE') AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e') LOOP
          EXECUTE format('DROP TABLE %s CASCADE', it.name);
        END LOOP;
        FOR it IN SELECT oid::regprocedure AS name FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace
            AND pg_has_role(proowner, 'USAGE') AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e') LOOP
          EXECUTE format('DROP FUNCTION %s CASCADE', it.name);
        END LOOP;
      END $$`)
  } finally {
    await client.end().catch(() => {})
  }
}

/** One transaction over all tenants of a database that no pool is open for. */
export async function transactOnce<T>(connection: pg.ClientConfig, logger: Logger, work: (trx: Transaction) => Promise<T>): Promise<T> {
  const db = knex({ client: 'pg', connection: connection as Knex.PgConnectionConfig, pool: { min: 0, max: 1 }, log: knexLog(logger) })
  try {
    return await db.transaction(work)
  } finally {
    await db.destroy()
  }
}
