import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Ring groups: a number that rings the phones of several extensions, at once or one after the other. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE ring_groups (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL CHECK (number ~ '^[0-9]{2,15}$'),
      name text NOT NULL,
      strategy text NOT NULL DEFAULT 'all' CHECK (strategy IN ('all', 'in-order', 'random', 'in-turn')),
      members jsonb NOT NULL DEFAULT '[]',
      ring_seconds integer NOT NULL DEFAULT 30 CHECK (ring_seconds BETWEEN 5 AND 600),
      member_seconds integer NOT NULL DEFAULT 15 CHECK (member_seconds BETWEEN 5 AND 120),
      skip_busy boolean NOT NULL DEFAULT true,
      name_prefix text NOT NULL DEFAULT '',
      alert_info text NOT NULL DEFAULT '',
      no_answer text,
      next_member integer NOT NULL DEFAULT 0,
      enabled boolean NOT NULL DEFAULT true,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, number)
    );
    CREATE TRIGGER keep_number AFTER INSERT OR UPDATE OR DELETE ON ring_groups
      FOR EACH ROW EXECUTE FUNCTION dialplane_keep_number();
    -- Whose turn it is changes with every call and concerns nobody else.
    CREATE TRIGGER changed AFTER INSERT OR DELETE OR UPDATE OF version ON ring_groups
      FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'ring_groups', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DELETE FROM dialled_numbers WHERE owner_id IN (SELECT id FROM ring_groups); DROP TABLE ring_groups')
}
