import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** What calls are signed with (STIR/SHAKEN), and over which trunks they are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE stir_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      certificate text,
      key_sealed bytea,
      certificate_url text,
      updated_at timestamptz NOT NULL DEFAULT now(),
      CHECK ((certificate IS NULL) = (key_sealed IS NULL))
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON stir_settings FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    ALTER TABLE trunks ADD COLUMN sign_calls boolean NOT NULL DEFAULT false;
  `)
  await protectTenantTable(knex, 'stir_settings', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN sign_calls; DROP TABLE stir_settings')
}
