import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Callers from outside who are not put through. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE blocked_callers (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL,
      name text NOT NULL,
      action text NOT NULL DEFAULT 'decline' CHECK (action IN ('decline', 'busy', 'not-in-service', 'allow')),
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON blocked_callers FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'blocked_callers', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE blocked_callers')
}
