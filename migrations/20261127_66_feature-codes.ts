import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Feature codes that are not the customary ones, by action. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE feature_code_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      changed jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(changed) = 'object'),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON feature_code_settings FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'feature_code_settings', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE feature_code_settings')
}
