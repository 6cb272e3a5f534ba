import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Prompts that a tenant has replaced. Their sound is in the data folder. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE prompts (
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      origin text NOT NULL CHECK (origin IN ('upload', 'speech')),
      text text,
      seconds real NOT NULL,
      changed_by text NOT NULL,
      changed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (tenant_id, name)
    );
  `)
  await protectTenantTable(knex, 'prompts', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE prompts')
}
