import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Who changed what. A tenant's transaction may add and read rows, never change or remove them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE audit_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      at timestamptz NOT NULL DEFAULT now(),
      actor_kind text NOT NULL,
      actor_id text NOT NULL,
      actor_name text NOT NULL,
      address text,
      action text NOT NULL,
      subject_type text NOT NULL,
      subject_id text NOT NULL,
      before jsonb,
      after jsonb
    );
    CREATE INDEX audit_log_tenant_at ON audit_log (tenant_id, at DESC);
    CREATE INDEX audit_log_subject ON audit_log (tenant_id, subject_type, subject_id);
  `)
  await protectTenantTable(knex, 'audit_log', 'SELECT, INSERT')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE audit_log')
}
