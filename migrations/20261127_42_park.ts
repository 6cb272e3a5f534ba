import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Park lots, and who may pick up whose calls. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE park_lots (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      first_slot text NOT NULL CHECK (first_slot ~ '^[0-9]{2,15}$'),
      last_slot text NOT NULL CHECK (last_slot ~ '^[0-9]{2,15}$'),
      timeout_seconds integer NOT NULL DEFAULT 120 CHECK (timeout_seconds BETWEEN 10 AND 3600),
      return_to text,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TRIGGER keep_number AFTER INSERT OR UPDATE OR DELETE ON park_lots FOR EACH ROW EXECUTE FUNCTION dialplane_keep_number();
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON park_lots FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();

    -- Every company has the customary lot, unless something of it has such a number already.
    CREATE FUNCTION dialplane_make_park_lot(tenant uuid) RETURNS void LANGUAGE sql AS $$
      INSERT INTO park_lots (id, tenant_id, number, name, first_slot, last_slot)
      SELECT gen_random_uuid(), tenant, '5900', 'Parking', '5901', '5999'
      WHERE NOT EXISTS (SELECT 1 FROM dialled_numbers WHERE tenant_id = tenant AND number BETWEEN '5900' AND '5999' AND length(number) = 4)
    $$;
    CREATE FUNCTION dialplane_new_tenant_parks() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM dialplane_make_park_lot(NEW.id);
        RETURN NULL;
      END $$;
    CREATE TRIGGER make_park_lot AFTER INSERT ON tenants FOR EACH ROW EXECUTE FUNCTION dialplane_new_tenant_parks();
    SELECT dialplane_make_park_lot(id) FROM tenants;

    ALTER TABLE extensions ADD COLUMN pickup_group text CHECK (length(pickup_group) BETWEEN 1 AND 40);
  `)
  await protectTenantTable(knex, 'park_lots', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER make_park_lot ON tenants;
    DROP FUNCTION dialplane_new_tenant_parks();
    DROP FUNCTION dialplane_make_park_lot(uuid);
    DELETE FROM dialled_numbers WHERE owner_id IN (SELECT id FROM park_lots);
    DROP TABLE park_lots;
    ALTER TABLE extensions DROP COLUMN pickup_group;
  `)
}
