import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/**
 * People, what they may do, their sessions, and tokens for programs.
 *
 * References carry the tenant with them: PostgreSQL checks a foreign key past row-level security,
 * so a reference by id alone could name another tenant's row.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE users (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      email text NOT NULL,
      name text NOT NULL,
      password_hash text NOT NULL,
      status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
      last_login_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, id)
    );
    -- One address signs in to one tenant: the tenant follows from the credential.
    CREATE UNIQUE INDEX users_email ON users (lower(email));
    CREATE INDEX users_tenant ON users (tenant_id);

    CREATE TABLE roles (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      key text NOT NULL,
      name text NOT NULL,
      built_in boolean NOT NULL DEFAULT false,
      UNIQUE (tenant_id, key),
      UNIQUE (tenant_id, id)
    );
    CREATE TABLE role_permissions (
      tenant_id uuid NOT NULL REFERENCES tenants,
      role_id uuid NOT NULL,
      permission text NOT NULL,
      PRIMARY KEY (role_id, permission),
      FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX role_permissions_tenant ON role_permissions (tenant_id);
    CREATE TABLE user_roles (
      tenant_id uuid NOT NULL REFERENCES tenants,
      user_id uuid NOT NULL,
      role_id uuid NOT NULL,
      PRIMARY KEY (user_id, role_id),
      FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
      FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX user_roles_tenant ON user_roles (tenant_id);
    CREATE INDEX user_roles_role ON user_roles (role_id);

    CREATE TABLE sessions (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      user_id uuid NOT NULL,
      token_hash bytea NOT NULL UNIQUE,
      csrf_token text NOT NULL,
      address text,
      user_agent text,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_seen_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX sessions_user ON sessions (user_id);
    CREATE INDEX sessions_expiry ON sessions (expires_at);

    CREATE TABLE api_tokens (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL,
      token_hash bytea NOT NULL UNIQUE,
      prefix text NOT NULL,
      permissions text[] NOT NULL,
      created_by uuid REFERENCES users ON DELETE SET NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz,
      expires_at timestamptz,
      revoked_at timestamptz
    );
    CREATE INDEX api_tokens_tenant ON api_tokens (tenant_id);
  `)
  for (const table of ['users', 'roles', 'role_permissions', 'user_roles', 'sessions', 'api_tokens']) {
    await protectTenantTable(knex, table, 'SELECT, INSERT, UPDATE, DELETE')
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE api_tokens, sessions, user_roles, role_permissions, roles, users')
}
