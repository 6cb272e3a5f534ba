import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Records that a CRM has made of a call itself, while it went on: the call is written into them instead of beside them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE crm_records (
      tenant_id uuid NOT NULL REFERENCES tenants,
      -- Of the chain: what a click began.
      root_id uuid NOT NULL,
      record_id text NOT NULL CHECK (record_id ~ '^[0-9]{1,30}$'),
      -- The call that was written into it: what came of a transfer is a call of its own.
      call_id uuid,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (tenant_id, root_id)
    );
    CREATE INDEX crm_records_old ON crm_records (created_at);
  `)
  await protectTenantTable(knex, 'crm_records', 'SELECT, INSERT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE crm_records')
}
