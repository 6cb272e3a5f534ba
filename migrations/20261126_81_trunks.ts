import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Lines to the outside: carriers, the numbers that lead in, and the ways out. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE trunks (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      host text NOT NULL,
      port integer CHECK (port BETWEEN 1 AND 65535),
      transport text NOT NULL DEFAULT 'udp' CHECK (transport IN ('udp', 'tcp', 'tls')),
      username text,
      password_sealed bytea,
      register boolean NOT NULL DEFAULT false,
      networks text[] NOT NULL DEFAULT '{}',
      country text NOT NULL DEFAULT 'US' CHECK (country ~ '^[A-Z]{2}$'),
      format text NOT NULL DEFAULT 'plus' CHECK (format IN ('plus', 'digits', 'national', 'dialled')),
      caller_id text,
      identity text NOT NULL DEFAULT 'pai' CHECK (identity IN ('pai', 'rpid', 'none')),
      max_calls integer CHECK (max_calls BETWEEN 1 AND 10000),
      emergency boolean NOT NULL DEFAULT false,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name)
    );
    CREATE TABLE inbound_numbers (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[+]{0,1}[0-9]{2,20}$'),
      name text NOT NULL,
      destination text NOT NULL,
      name_prefix text NOT NULL DEFAULT '',
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TABLE outbound_routes (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      position integer NOT NULL DEFAULT 100 CHECK (position BETWEEN 1 AND 9999),
      pattern text NOT NULL,
      strip integer NOT NULL DEFAULT 0 CHECK (strip BETWEEN 0 AND 20),
      prepend text NOT NULL DEFAULT '',
      trunk_ids uuid[] NOT NULL,
      caller_id text,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name)
    );
    ALTER TABLE extensions
      ADD COLUMN outside_calls text NOT NULL DEFAULT 'national' CHECK (outside_calls IN ('none', 'national', 'international')),
      ADD COLUMN outside_number text;
  `)
  for (const table of ['trunks', 'inbound_numbers', 'outbound_routes']) {
    await protectTenantTable(knex, table, 'SELECT, INSERT, UPDATE, DELETE')
    await knex.raw(`CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed()`)
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE trunks, inbound_numbers, outbound_routes; ALTER TABLE extensions DROP COLUMN outside_calls, DROP COLUMN outside_number')
}
