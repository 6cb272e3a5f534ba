import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Trunks whose far end, a PBX of somebody else, registers with us; and where each was heard last. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE trunks ADD COLUMN registers_here boolean NOT NULL DEFAULT false, ADD CHECK (NOT (register AND registers_here));
    CREATE UNIQUE INDEX trunks_registers_as ON trunks (tenant_id, username) WHERE registers_here;
    CREATE TABLE trunk_bindings (
      trunk_id uuid PRIMARY KEY REFERENCES trunks ON DELETE CASCADE,
      tenant_id uuid NOT NULL REFERENCES tenants,
      contact_uri text NOT NULL,
      call_id text NOT NULL,
      cseq bigint NOT NULL,
      transport text NOT NULL,
      received text NOT NULL,
      user_agent text,
      registered_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    );
  `)
  await protectTenantTable(knex, 'trunk_bindings', 'SELECT')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE trunk_bindings; DROP INDEX trunks_registers_as; ALTER TABLE trunks DROP COLUMN registers_here')
}
