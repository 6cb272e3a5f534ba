import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Webhooks: who is told of what happens, and each event on its way there. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE webhooks (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      url text NOT NULL,
      events text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 100),
      secret_sealed bytea NOT NULL,
      -- Signs beside the new one for a day, so that the receiver may change it when it likes.
      old_secret_sealed bytea,
      old_secret_until timestamptz,
      enabled boolean NOT NULL DEFAULT true,
      -- While its receiver does not answer nothing else is sent there.
      paused_until timestamptz,
      failures integer NOT NULL DEFAULT 0,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name)
    );
    CREATE TABLE webhook_deliveries (
      id uuid PRIMARY KEY,
      seq bigint GENERATED ALWAYS AS IDENTITY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
      event_id uuid NOT NULL,
      event_type text NOT NULL,
      -- Events of one thing arrive in order.
      order_key text NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      tries integer NOT NULL DEFAULT 0,
      claimed_until timestamptz,
      delivered_at timestamptz,
      gave_up_at timestamptz,
      last_status integer,
      last_error text,
      last_ms integer,
      last_try_at timestamptz,
      UNIQUE (webhook_id, event_id)
    );
    CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, order_key, seq) WHERE delivered_at IS NULL AND gave_up_at IS NULL;
    CREATE INDEX webhook_deliveries_waiting_seq ON webhook_deliveries (seq) WHERE delivered_at IS NULL AND gave_up_at IS NULL;
    CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (webhook_id, created_at DESC);
    CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);
    CREATE FUNCTION dialplane_webhooks_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_webhooks', '');
        RETURN NULL;
      END $$;
    CREATE TRIGGER added AFTER INSERT OR DELETE ON webhooks FOR EACH STATEMENT EXECUTE FUNCTION dialplane_webhooks_changed();
    CREATE TRIGGER changed AFTER UPDATE OF name, url, events, enabled ON webhooks FOR EACH STATEMENT EXECUTE FUNCTION dialplane_webhooks_changed();
  `)
  await protectTenantTable(knex, 'webhooks', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'webhook_deliveries', 'SELECT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE webhook_deliveries, webhooks; DROP FUNCTION dialplane_webhooks_changed()')
}
