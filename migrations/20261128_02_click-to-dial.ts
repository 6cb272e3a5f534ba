import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** How click-to-dial goes for an extension. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE click_to_dial_settings (
      extension_id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL,
      enabled boolean NOT NULL DEFAULT true,
      -- Null: all of its phones.
      device_ids uuid[] CHECK (cardinality(device_ids) BETWEEN 1 AND 50),
      auto_answer boolean NOT NULL DEFAULT false,
      auto_answer_style text NOT NULL DEFAULT 'by-phone' CHECK (auto_answer_style IN ('by-phone', 'call-info', 'alert-info', 'poly', 'panasonic', 'mitel', 'answer-mode')),
      name_prefix text NOT NULL DEFAULT '' CHECK (length(name_prefix) <= 40),
      outside_number text,
      ring_seconds integer CHECK (ring_seconds BETWEEN 5 AND 300),
      version integer NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL DEFAULT now(),
      FOREIGN KEY (tenant_id, extension_id) REFERENCES extensions (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX click_to_dial_settings_tenant ON click_to_dial_settings (tenant_id);
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON click_to_dial_settings FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'click_to_dial_settings', 'SELECT, INSERT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE click_to_dial_settings')
}
