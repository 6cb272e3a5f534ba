import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Phones that are set up from here: what they are, what their keys do, and when they fetched it. Their lines are devices. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE phones (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      vendor text NOT NULL,
      model text NOT NULL,
      -- Null: a softphone.
      mac text CHECK (mac ~ '^[0-9a-f]{12}$'),
      keys jsonb NOT NULL DEFAULT '[]',
      transport text NOT NULL DEFAULT 'tls' CHECK (transport IN ('udp', 'tcp', 'tls')),
      time_zone text,
      language text NOT NULL DEFAULT 'en',
      networks text[] NOT NULL DEFAULT '{}',
      admin_password_sealed bytea NOT NULL,
      -- Of its own link: sealed, because its settings name it, and hashed, because it is found by it.
      secret_sealed bytea NOT NULL,
      secret_hash bytea NOT NULL UNIQUE,
      -- Of the link that leads to the first settings: until then, and once used only from there.
      link_hash bytea UNIQUE,
      link_until timestamptz,
      link_address text,
      served_hash text,
      fetched_at timestamptz,
      fetched_from text,
      fetched_agent text,
      fetched_file text,
      told_hash text,
      told_at timestamptz,
      told_status integer,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, id),
      CONSTRAINT phones_mac_key UNIQUE (tenant_id, mac)
    );
    ALTER TABLE devices
      ADD COLUMN phone_id uuid,
      ADD COLUMN phone_line integer,
      -- The password itself, for a phone that fetches it; null where a person was shown it.
      ADD COLUMN password_sealed bytea,
      ADD FOREIGN KEY (tenant_id, phone_id) REFERENCES phones (tenant_id, id) ON DELETE CASCADE;
    CREATE INDEX devices_phone ON devices (phone_id, phone_line) WHERE phone_id IS NOT NULL;
    -- Not by what the phone itself does: it is no news for calls.
    CREATE TRIGGER changed AFTER INSERT OR DELETE OR UPDATE OF version ON phones FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'phones', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DELETE FROM devices WHERE phone_id IS NOT NULL; ALTER TABLE devices DROP COLUMN phone_id, DROP COLUMN phone_line, DROP COLUMN password_sealed; DROP TABLE phones')
}
