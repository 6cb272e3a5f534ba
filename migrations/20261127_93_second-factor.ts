import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** The second factor of people who sign in, and who must have one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE user_authenticators (
      user_id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      secret_sealed bytea NOT NULL,
      -- Null: shown, but no code of it was seen yet.
      confirmed_at timestamptz,
      -- The last period whose code was taken: none is taken twice (RFC 6238 5.2).
      last_period bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX user_authenticators_tenant ON user_authenticators (tenant_id);
    CREATE TABLE user_recovery_codes (
      tenant_id uuid NOT NULL REFERENCES tenants,
      user_id uuid NOT NULL,
      code_hash bytea NOT NULL,
      used_at timestamptz,
      PRIMARY KEY (user_id, code_hash),
      FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX user_recovery_codes_tenant ON user_recovery_codes (tenant_id);
    ALTER TABLE tenants ADD COLUMN second_factor text NOT NULL DEFAULT 'optional' CHECK (second_factor IN ('optional', 'administrators', 'everybody'));
    GRANT UPDATE (second_factor) ON tenants TO dialplane_tenant;
  `)
  await protectTenantTable(knex, 'user_authenticators', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'user_recovery_codes', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE tenants DROP COLUMN second_factor; DROP TABLE user_recovery_codes; DROP TABLE user_authenticators')
}
