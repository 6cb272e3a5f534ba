import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Minutes abroad within a day, and the calls that they are counted from. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE toll_settings
      ADD COLUMN minutes_extension integer DEFAULT 300 CHECK (minutes_extension BETWEEN 1 AND 100000),
      ADD COLUMN minutes_tenant integer CHECK (minutes_tenant BETWEEN 1 AND 1000000);
    CREATE TABLE toll_calls (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      -- No reference: an extension that is deleted leaves what it cost.
      extension_id uuid,
      begun_at timestamptz NOT NULL,
      seconds double precision NOT NULL CHECK (seconds >= 0),
      forgiven boolean NOT NULL DEFAULT false
    );
    CREATE INDEX toll_calls_begun ON toll_calls (begun_at);
  `)
  await protectTenantTable(knex, 'toll_calls', 'SELECT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE toll_calls; ALTER TABLE toll_settings DROP COLUMN minutes_extension, DROP COLUMN minutes_tenant')
}
