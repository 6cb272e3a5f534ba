import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Web pages that may call with tokens of a tenant's people. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE dial_pages (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      origins text[] NOT NULL DEFAULT '{}' CHECK (cardinality(origins) <= 100),
      version integer NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE FUNCTION dialplane_dial_pages_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_dial_pages', '');
        RETURN NULL;
      END $$;
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON dial_pages FOR EACH STATEMENT EXECUTE FUNCTION dialplane_dial_pages_changed();
  `)
  await protectTenantTable(knex, 'dial_pages', 'SELECT, INSERT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE dial_pages; DROP FUNCTION dialplane_dial_pages_changed()')
}
