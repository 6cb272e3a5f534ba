import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Wake-up calls, who is told of those that nobody answers, and how long a transferred call rings before it returns. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE wake_ups (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      extension_id uuid NOT NULL,
      -- By the clock of the tenant, whatever that is on the day.
      time text NOT NULL CHECK (time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
      repeats text NOT NULL CHECK (repeats IN ('once', 'daily', 'working-days')),
      next_on text NOT NULL CHECK (next_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
      -- The extension is rung, or the desk is told that it does not answer.
      stage text NOT NULL DEFAULT 'wake' CHECK (stage IN ('wake', 'desk')),
      tries integer NOT NULL DEFAULT 0,
      try_at timestamptz,
      last_result text CHECK (last_result IN ('answered', 'not-answered', 'too-late')),
      last_at timestamptz,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      FOREIGN KEY (tenant_id, extension_id) REFERENCES extensions (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT wake_ups_once_a_time UNIQUE (tenant_id, extension_id, time)
    );
    CREATE FUNCTION dialplane_wake_up_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_wake_ups', '');
        RETURN NULL;
      END $$;
    -- Not of what a claim sets: it fires without a row as well, and would wake the queue that claims.
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OF time, repeats, next_on, stage ON wake_ups FOR EACH STATEMENT EXECUTE FUNCTION dialplane_wake_up_changed();

    CREATE TABLE call_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      transfer_seconds integer CHECK (transfer_seconds BETWEEN 5 AND 600),
      wake_up_desk text,
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON call_settings FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
  `)
  await protectTenantTable(knex, 'wake_ups', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'call_settings', 'SELECT, INSERT, UPDATE')
  await knex.raw('GRANT UPDATE (time_zone) ON tenants TO dialplane_tenant')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('REVOKE UPDATE (time_zone) ON tenants FROM dialplane_tenant; DROP TABLE call_settings; DROP TABLE wake_ups; DROP FUNCTION dialplane_wake_up_changed()')
}
