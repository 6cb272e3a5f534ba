import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Opening hours and attendants, each with a number of its own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE schedules (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      time_zone text,
      hours jsonb NOT NULL DEFAULT '[]',
      holidays jsonb NOT NULL DEFAULT '[]',
      open_target text NOT NULL,
      closed_target text NOT NULL,
      holiday_target text,
      override text NOT NULL DEFAULT 'automatic' CHECK (override IN ('automatic', 'open', 'closed')),
      by_phone boolean NOT NULL DEFAULT true,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TABLE attendants (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      greeting text NOT NULL,
      recording_seconds real,
      keys jsonb NOT NULL DEFAULT '{}',
      direct_dial boolean NOT NULL DEFAULT false,
      wait_seconds integer NOT NULL DEFAULT 5 CHECK (wait_seconds BETWEEN 1 AND 30),
      rounds integer NOT NULL DEFAULT 3 CHECK (rounds BETWEEN 1 AND 10),
      no_input text,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
  `)
  for (const table of ['schedules', 'attendants']) {
    await protectTenantTable(knex, table, 'SELECT, INSERT, UPDATE, DELETE')
    await knex.raw(`
      CREATE TRIGGER keep_number AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION dialplane_keep_number();
      CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    `)
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DELETE FROM dialled_numbers WHERE owner_id IN (SELECT id FROM schedules UNION SELECT id FROM attendants); DROP TABLE schedules, attendants')
}
