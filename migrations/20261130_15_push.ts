import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Browsers that are woken when somebody calls their person (RFC 8030); each as long as the session it was asked for in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE push_subscriptions (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      session_id uuid NOT NULL UNIQUE REFERENCES sessions ON DELETE CASCADE,
      -- Whoever has this address and these keys can send to the browser, so they are sealed: JSON of endpoint, p256dh and auth.
      subscription_sealed bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX push_subscriptions_tenant ON push_subscriptions (tenant_id);
    CREATE FUNCTION dialplane_push_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_push', '');
        RETURN NULL;
      END $$;
    CREATE TRIGGER changed AFTER INSERT OR DELETE ON push_subscriptions FOR EACH ROW EXECUTE FUNCTION dialplane_push_changed();
  `)
  await protectTenantTable(knex, 'push_subscriptions', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE push_subscriptions; DROP FUNCTION dialplane_push_changed')
}
