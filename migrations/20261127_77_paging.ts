import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Paging groups: a number that is heard on the loudspeakers of many phones. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE paging_groups (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      members jsonb NOT NULL DEFAULT '[]',
      callers jsonb NOT NULL DEFAULT '[]',
      two_way boolean NOT NULL DEFAULT false,
      skip_busy boolean NOT NULL DEFAULT true,
      answer_seconds integer NOT NULL DEFAULT 8 CHECK (answer_seconds BETWEEN 3 AND 30),
      from_outside boolean NOT NULL DEFAULT false,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TRIGGER keep_number AFTER INSERT OR UPDATE OR DELETE ON paging_groups FOR EACH ROW EXECUTE FUNCTION dialplane_keep_number();
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON paging_groups FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'paging_groups', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DELETE FROM dialled_numbers WHERE owner_id IN (SELECT id FROM paging_groups); DROP TABLE paging_groups')
}
