import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Text messages to extensions that nobody could take yet, and how long they wait. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE message_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      keep_days integer NOT NULL DEFAULT 7 CHECK (keep_days BETWEEN 1 AND 90),
      per_minute integer NOT NULL DEFAULT 60 CHECK (per_minute BETWEEN 1 AND 10000),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON message_settings FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    CREATE TABLE waiting_messages (
      id uuid PRIMARY KEY,
      -- Clocks go back; the order in which messages came does not.
      place bigint GENERATED ALWAYS AS IDENTITY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      extension_id uuid NOT NULL,
      from_number text NOT NULL,
      from_name text,
      content_type text NOT NULL,
      bytes integer NOT NULL,
      sealed bytea NOT NULL,
      sent_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      FOREIGN KEY (tenant_id, extension_id) REFERENCES extensions (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX waiting_messages_order ON waiting_messages (extension_id, place);
    CREATE INDEX waiting_messages_over ON waiting_messages (expires_at);
  `)
  await protectTenantTable(knex, 'message_settings', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'waiting_messages', 'SELECT, INSERT, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE waiting_messages, message_settings')
}
