import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Where each device can be reached now (RFC 3261 §10: the location service), kept across restarts. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE bindings (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      extension_id uuid NOT NULL,
      device_id uuid NOT NULL,
      contact_uri text NOT NULL,
      contact_key text NOT NULL,
      call_id text NOT NULL,
      cseq bigint NOT NULL,
      q real NOT NULL DEFAULT 1,
      user_agent text,
      transport text NOT NULL,
      received text NOT NULL,
      path text,
      registered_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      UNIQUE (device_id, contact_key),
      FOREIGN KEY (tenant_id, extension_id) REFERENCES extensions (tenant_id, id) ON DELETE CASCADE,
      FOREIGN KEY (tenant_id, device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX bindings_extension ON bindings (extension_id);
    CREATE INDEX bindings_tenant ON bindings (tenant_id);
    CREATE INDEX bindings_expiry ON bindings (expires_at);
  `)
  await protectTenantTable(knex, 'bindings', 'SELECT')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE bindings')
}
