import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/**
 * Conference rooms, and the one list of numbers that can be dialled in a tenant: an extension and a room never have the
 * same. Triggers keep it, so that no way to write a number goes around it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE dialled_numbers (
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL,
      owner_id uuid NOT NULL UNIQUE,
      PRIMARY KEY (tenant_id, number)
    );
    INSERT INTO dialled_numbers (tenant_id, number, owner_id) SELECT tenant_id, number, id FROM extensions;

    CREATE FUNCTION dialplane_keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          DELETE FROM dialled_numbers WHERE owner_id = OLD.id;
        ELSIF TG_OP = 'INSERT' THEN
          INSERT INTO dialled_numbers (tenant_id, number, owner_id) VALUES (NEW.tenant_id, NEW.number, NEW.id);
        ELSIF NEW.number <> OLD.number THEN
          UPDATE dialled_numbers SET number = NEW.number WHERE owner_id = NEW.id;
        END IF;
        RETURN NULL;
      END $$;
    CREATE TRIGGER keep_number AFTER INSERT OR UPDATE OR DELETE ON extensions
      FOR EACH ROW EXECUTE FUNCTION dialplane_keep_number();

    CREATE TABLE conferences (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      pin_sealed bytea,
      moderator_pin_sealed bytea,
      wait_for_moderator boolean NOT NULL DEFAULT false,
      end_with_moderator boolean NOT NULL DEFAULT false,
      max_parties integer NOT NULL DEFAULT 50 CHECK (max_parties BETWEEN 2 AND 200),
      announce text NOT NULL DEFAULT 'tones' CHECK (announce IN ('none', 'tones', 'words')),
      muted_entry boolean NOT NULL DEFAULT false,
      record boolean NOT NULL DEFAULT false,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TRIGGER keep_number AFTER INSERT OR UPDATE OR DELETE ON conferences
      FOR EACH ROW EXECUTE FUNCTION dialplane_keep_number();
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON conferences
      FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'dialled_numbers', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'conferences', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE conferences;
    DROP TRIGGER keep_number ON extensions;
    DROP FUNCTION dialplane_keep_number();
    DROP TABLE dialled_numbers;
  `)
}
