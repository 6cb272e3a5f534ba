import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Applications: a number whose calls a program of the tenant's decides. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE applications (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      url text NOT NULL,
      secret_sealed bytea,
      answer_ms integer NOT NULL DEFAULT 3000 CHECK (answer_ms BETWEEN 500 AND 10000),
      fallback text NOT NULL,
      outside_calls text NOT NULL DEFAULT 'none' CHECK (outside_calls IN ('none', 'national', 'international')),
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TRIGGER keep_number AFTER INSERT OR UPDATE OR DELETE ON applications FOR EACH ROW EXECUTE FUNCTION dialplane_keep_number();
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON applications FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'applications', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DELETE FROM dialled_numbers WHERE owner_id IN (SELECT id FROM applications); DROP TABLE applications')
}
