import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Providers of OpenID Connect that people sign in with, whom they know here, and whether there is another way in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE sign_in_providers (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      issuer text NOT NULL,
      client_id text NOT NULL,
      -- Null: a public client, with PKCE alone.
      secret_sealed bytea,
      scopes text[] NOT NULL,
      -- Whose e-mail addresses are let in; empty: all.
      domains text[] NOT NULL,
      -- Addresses count as verified although the provider does not say so.
      trusts_email boolean NOT NULL,
      groups_claim text,
      -- [{group, role}]: keys of roles.
      group_roles jsonb NOT NULL,
      creates_users boolean NOT NULL,
      default_role text,
      accepts_mfa boolean NOT NULL,
      enabled boolean NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, name),
      UNIQUE (tenant_id, id)
    );
    CREATE TABLE user_identities (
      provider_id uuid NOT NULL,
      subject text NOT NULL,
      tenant_id uuid NOT NULL REFERENCES tenants,
      user_id uuid NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (provider_id, subject),
      FOREIGN KEY (tenant_id, provider_id) REFERENCES sign_in_providers (tenant_id, id) ON DELETE CASCADE,
      FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX user_identities_tenant ON user_identities (tenant_id);
    CREATE INDEX user_identities_user ON user_identities (user_id);
    ALTER TABLE sessions ADD COLUMN provider_id uuid, ADD COLUMN id_token_sealed bytea,
      ADD FOREIGN KEY (tenant_id, provider_id) REFERENCES sign_in_providers (tenant_id, id) ON DELETE CASCADE;
    CREATE INDEX sessions_provider ON sessions (provider_id) WHERE provider_id IS NOT NULL;
    ALTER TABLE tenants ADD COLUMN providers_only boolean NOT NULL DEFAULT false;
    GRANT UPDATE (providers_only) ON tenants TO dialplane_tenant;
  `)
  await protectTenantTable(knex, 'sign_in_providers', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'user_identities', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE tenants DROP COLUMN providers_only; ALTER TABLE sessions DROP COLUMN provider_id, DROP COLUMN id_token_sealed; DROP TABLE user_identities; DROP TABLE sign_in_providers')
}
