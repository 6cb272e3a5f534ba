import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Connections to CRMs that calls are logged to, and each call on its way there. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE crm_connections (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('hubspot', 'zendesk')),
      address text NOT NULL,
      -- Zendesk: whose API token it is; null: an OAuth token.
      email text,
      token_sealed bytea NOT NULL,
      directions text[] NOT NULL CHECK (cardinality(directions) BETWEEN 1 AND 2 AND directions <@ ARRAY['inbound', 'outbound']),
      -- Null: the calls of all extensions.
      extension_ids uuid[],
      unknown_callers text NOT NULL CHECK (unknown_callers IN ('leave', 'create')),
      call_links boolean NOT NULL,
      enabled boolean NOT NULL DEFAULT true,
      -- As the CRM names the account, and what the address of a record there begins with.
      account text,
      record_base text,
      -- It takes the credentials no more, and why.
      refused text,
      paused_until timestamptz,
      failures integer NOT NULL DEFAULT 0,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name)
    );
    CREATE TABLE crm_calls (
      id uuid PRIMARY KEY,
      seq bigint GENERATED ALWAYS AS IDENTITY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      connection_id uuid NOT NULL REFERENCES crm_connections ON DELETE CASCADE,
      call_id uuid NOT NULL,
      note jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      tries integer NOT NULL DEFAULT 0,
      claimed_until timestamptz,
      done_at timestamptz,
      gave_up_at timestamptz,
      -- What it became there, and whose; none: nothing was to be logged, and why.
      record_id text,
      record_url text,
      contact_ids text[] NOT NULL DEFAULT '{}',
      -- The contact was made for this call.
      made_contact boolean NOT NULL DEFAULT false,
      e164 text,
      left_out text,
      last_status integer,
      last_error text,
      last_ms integer,
      last_try_at timestamptz,
      UNIQUE (connection_id, call_id)
    );
    CREATE INDEX crm_calls_waiting ON crm_calls (connection_id, seq) WHERE done_at IS NULL AND gave_up_at IS NULL;
    CREATE INDEX crm_calls_listed ON crm_calls (connection_id, created_at DESC);
    CREATE INDEX crm_calls_made ON crm_calls (connection_id, e164, created_at DESC) WHERE made_contact;
    CREATE INDEX crm_calls_old ON crm_calls (created_at);
    CREATE FUNCTION dialplane_crm_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_crm', '');
        RETURN NULL;
      END $$;
    CREATE TRIGGER added AFTER INSERT OR DELETE ON crm_connections FOR EACH STATEMENT EXECUTE FUNCTION dialplane_crm_changed();
    CREATE TRIGGER changed AFTER UPDATE OF kind, address, email, token_sealed, directions, extension_ids, enabled ON crm_connections FOR EACH STATEMENT EXECUTE FUNCTION dialplane_crm_changed();
  `)
  await protectTenantTable(knex, 'crm_connections', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'crm_calls', 'SELECT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE crm_calls, crm_connections; DROP FUNCTION dialplane_crm_changed()')
}
