import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Extensions and the devices that register for them. Every change notifies the running call servers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE extensions (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      ring_seconds integer CHECK (ring_seconds BETWEEN 5 AND 300),
      max_contacts integer NOT NULL DEFAULT 10 CHECK (max_contacts BETWEEN 1 AND 100),
      enabled boolean NOT NULL DEFAULT true,
      record_calls boolean NOT NULL DEFAULT false,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number),
      UNIQUE (tenant_id, id)
    );

    CREATE TABLE devices (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      extension_id uuid NOT NULL,
      name text NOT NULL,
      sip_username text NOT NULL,
      credentials_sealed bytea NOT NULL,
      credentials_changed_at timestamptz NOT NULL DEFAULT now(),
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, sip_username),
      UNIQUE (tenant_id, id),
      FOREIGN KEY (tenant_id, extension_id) REFERENCES extensions (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX devices_extension ON devices (extension_id);

    CREATE FUNCTION dialplane_directory_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_directory', coalesce(NEW.tenant_id, OLD.tenant_id)::text);
        RETURN NULL;
      END $$;
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON extensions
      FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON devices
      FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'extensions', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'devices', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE devices, extensions; DROP FUNCTION dialplane_directory_changed()')
}
