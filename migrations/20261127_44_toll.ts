import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** How much may be called abroad before somebody looks. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE toll_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      countries text[],
      at_once_extension integer NOT NULL DEFAULT 2 CHECK (at_once_extension BETWEEN 1 AND 1000),
      at_once_tenant integer NOT NULL DEFAULT 10 CHECK (at_once_tenant BETWEEN 1 AND 10000),
      per_hour integer NOT NULL DEFAULT 20 CHECK (per_hour BETWEEN 1 AND 10000),
      mail_to text[] NOT NULL DEFAULT '{}' CHECK (cardinality(mail_to) <= 20),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON toll_settings FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    CREATE TABLE toll_locks (
      extension_id uuid PRIMARY KEY REFERENCES extensions ON DELETE CASCADE,
      tenant_id uuid NOT NULL REFERENCES tenants,
      reason text NOT NULL,
      locked_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON toll_locks FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'toll_settings', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'toll_locks', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE toll_locks, toll_settings')
}
