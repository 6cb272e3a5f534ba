import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/**
 * Networks that are not listened to, and those that never may be banned. They concern the whole machine and belong to
 * the tenant that runs it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE sip_bans (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      network text NOT NULL,
      reason text NOT NULL,
      detail text NOT NULL,
      since timestamptz NOT NULL,
      until timestamptz,
      hits bigint NOT NULL DEFAULT 0,
      level integer NOT NULL,
      added_by text,
      UNIQUE (tenant_id, network)
    );

    CREATE TABLE sip_allowed (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      network text NOT NULL,
      note text NOT NULL,
      added_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, network)
    );
  `)
  await protectTenantTable(knex, 'sip_bans', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'sip_allowed', 'SELECT, INSERT, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE sip_allowed, sip_bans')
}
