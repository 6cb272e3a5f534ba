import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Phones that people take turns at (hot desking), and who sits at which. A person sits at one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE devices ADD COLUMN shared jsonb;
    CREATE TABLE desk_logins (
      device_id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      extension_id uuid NOT NULL,
      since timestamptz NOT NULL DEFAULT now(),
      until timestamptz,
      UNIQUE (tenant_id, extension_id),
      FOREIGN KEY (tenant_id, device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
      FOREIGN KEY (tenant_id, extension_id) REFERENCES extensions (tenant_id, id) ON DELETE CASCADE
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON desk_logins FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'desk_logins', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE desk_logins; ALTER TABLE devices DROP COLUMN shared')
}
