import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** For a while phones of a network get their first settings by their MAC address, all by one address that DHCP gives them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE phone_openings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      secret_hash bytea NOT NULL UNIQUE,
      until timestamptz NOT NULL,
      networks text[] NOT NULL CHECK (cardinality(networks) > 0),
      opened_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    -- From where it got its first settings so, while it has not used its own link.
    ALTER TABLE phones ADD COLUMN opened_from text;
  `)
  await protectTenantTable(knex, 'phone_openings', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE phones DROP COLUMN opened_from; DROP TABLE phone_openings')
}
