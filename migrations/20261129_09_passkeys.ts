import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Passkeys and security keys of people (WebAuthn), and which one-time challenges are used up. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE user_passkeys (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      user_id uuid NOT NULL,
      name text NOT NULL,
      -- Base64url, as browsers name it; of one person in all tenants.
      credential_id text NOT NULL UNIQUE,
      public_key bytea NOT NULL,
      counter bigint NOT NULL,
      transports text[] NOT NULL,
      -- The name of the panel it was made for: it is of use at no other.
      rp_id text NOT NULL,
      synced boolean NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz,
      -- Its counter went back: there may be a copy, and neither is taken any more.
      refused_at timestamptz,
      FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX user_passkeys_tenant ON user_passkeys (tenant_id);
    CREATE INDEX user_passkeys_user ON user_passkeys (user_id);
    CREATE TABLE spent_challenges (
      hash bytea PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      until timestamptz NOT NULL
    );
    CREATE INDEX spent_challenges_tenant ON spent_challenges (tenant_id);
    CREATE INDEX spent_challenges_until ON spent_challenges (until);
  `)
  await protectTenantTable(knex, 'user_passkeys', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'spent_challenges', 'SELECT, INSERT, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE spent_challenges; DROP TABLE user_passkeys')
}
