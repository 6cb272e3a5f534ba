import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Short numbers for numbers that are called often, of the company and of each extension. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE speed_dials (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL,
      name text NOT NULL,
      target text NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON speed_dials FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    ALTER TABLE extensions ADD COLUMN speed_dials jsonb NOT NULL DEFAULT '[]';
  `)
  await protectTenantTable(knex, 'speed_dials', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN speed_dials; DROP TABLE speed_dials')
}
