import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Where callers for help are: sites, places in them, networks that tell of a place, and what became of each call. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE emergency_sites (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      country text NOT NULL DEFAULT 'US' CHECK (country ~ '^[A-Z]{2}$'),
      state text NOT NULL DEFAULT '',
      city text NOT NULL DEFAULT '',
      postal_code text NOT NULL DEFAULT '',
      street text NOT NULL DEFAULT '',
      house_number text NOT NULL DEFAULT '',
      callback_number text,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name)
    );
    CREATE TABLE emergency_locations (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      site_id uuid NOT NULL REFERENCES emergency_sites,
      name text NOT NULL,
      floor text NOT NULL DEFAULT '',
      room text NOT NULL DEFAULT '',
      details text NOT NULL DEFAULT '',
      callback_number text,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name)
    );
    CREATE TABLE emergency_networks (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      kind text NOT NULL CHECK (kind IN ('bssid', 'switch-port', 'network')),
      value text NOT NULL,
      location_id uuid NOT NULL REFERENCES emergency_locations,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, kind, value)
    );
    CREATE TABLE emergency_devices (
      device_id uuid PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
      tenant_id uuid NOT NULL REFERENCES tenants,
      location_id uuid REFERENCES emergency_locations,
      confirmed_location_id uuid REFERENCES emergency_locations,
      confirmed_at timestamptz,
      reported jsonb,
      reported_at timestamptz
    );
    CREATE TABLE emergency_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      location_id uuid REFERENCES emergency_locations,
      mail_to text[] NOT NULL DEFAULT '{}' CHECK (cardinality(mail_to) <= 20),
      extensions text[] NOT NULL DEFAULT '{}' CHECK (cardinality(extensions) <= 50),
      escalate_minutes integer NOT NULL DEFAULT 5 CHECK (escalate_minutes BETWEEN 1 AND 120),
      escalate_to text[] NOT NULL DEFAULT '{}' CHECK (cardinality(escalate_to) <= 20),
      callback_hours integer NOT NULL DEFAULT 3 CHECK (callback_hours BETWEEN 1 AND 72),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    -- The call's own id. It outlives history, devices and locations: a regulator may ask years later.
    CREATE TABLE emergency_calls (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      kind text NOT NULL CHECK (kind IN ('call', 'test')),
      dialled text NOT NULL,
      started_at timestamptz NOT NULL,
      caller jsonb NOT NULL,
      location jsonb,
      callback_number text,
      attempts jsonb NOT NULL DEFAULT '[]',
      answered_at timestamptz,
      ended_at timestamptz,
      outcome text,
      notified jsonb NOT NULL DEFAULT '[]',
      escalated_at timestamptz,
      acknowledged_at timestamptz,
      acknowledged_by text,
      note text
    );
    CREATE INDEX emergency_calls_newest ON emergency_calls (tenant_id, started_at DESC, id);
    CREATE INDEX emergency_calls_open ON emergency_calls (started_at) WHERE acknowledged_at IS NULL AND kind = 'call';
    ALTER TABLE trunks ADD COLUMN send_location boolean NOT NULL DEFAULT false;
  `)
  for (const table of ['emergency_sites', 'emergency_locations', 'emergency_networks', 'emergency_devices', 'emergency_settings']) {
    await protectTenantTable(knex, table, 'SELECT, INSERT, UPDATE, DELETE')
    await knex.raw(`CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed()`)
  }
  await protectTenantTable(knex, 'emergency_calls', 'SELECT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE emergency_calls, emergency_settings, emergency_devices, emergency_networks, emergency_locations, emergency_sites; ALTER TABLE trunks DROP COLUMN send_location')
}
