import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Where a PBX is that registers with us: its calls for help are of there. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE emergency_trunks (
      trunk_id uuid PRIMARY KEY REFERENCES trunks ON DELETE CASCADE,
      tenant_id uuid NOT NULL REFERENCES tenants,
      location_id uuid REFERENCES emergency_locations
    );
  `)
  await protectTenantTable(knex, 'emergency_trunks', 'SELECT, INSERT, UPDATE, DELETE')
  await knex.raw('CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON emergency_trunks FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed()')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE emergency_trunks')
}
