import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Outbound routes may ask whoever calls for a PIN. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE pin_sets (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      pins jsonb NOT NULL DEFAULT '[]',
      hashes_sealed bytea NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name),
      CONSTRAINT pin_sets_of_tenant UNIQUE (tenant_id, id)
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON pin_sets FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    ALTER TABLE outbound_routes ADD COLUMN pin_set_id uuid, ADD CONSTRAINT outbound_routes_pin_set FOREIGN KEY (tenant_id, pin_set_id) REFERENCES pin_sets (tenant_id, id);
  `)
  await protectTenantTable(knex, 'pin_sets', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE outbound_routes DROP COLUMN pin_set_id; DROP TABLE pin_sets')
}
