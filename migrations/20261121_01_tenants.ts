import type { Knex } from 'knex'

/**
 * Tenants, and the role inside which every tenant's query runs. The role owns nothing and
 * cannot log in; a transaction takes it on with SET LOCAL ROLE, and from then on row-level
 * security shows it only the rows of the tenant named in `dialplane.tenant`.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dialplane_tenant') THEN
        CREATE ROLE dialplane_tenant NOLOGIN;
        GRANT dialplane_tenant TO CURRENT_USER;
      -- Made beforehand for us, or by another database of this cluster: granted only where we are not in it yet,
      -- because only an administrator of the role may grant it.
      ELSIF NOT pg_has_role(current_user, 'dialplane_tenant',
          CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        GRANT dialplane_tenant TO CURRENT_USER;
      END IF;
    END $$;

    CREATE FUNCTION dialplane_tenant_id() RETURNS uuid LANGUAGE sql STABLE AS
      $$ SELECT nullif(current_setting('dialplane.tenant', true), '')::uuid $$;

    CREATE TABLE tenants (
      id uuid PRIMARY KEY,
      slug text NOT NULL UNIQUE,
      name text NOT NULL,
      sip_realm text NOT NULL UNIQUE,
      sip_domains text[] NOT NULL DEFAULT '{}',
      is_default boolean NOT NULL DEFAULT false,
      time_zone text NOT NULL DEFAULT 'UTC',
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX tenants_one_default ON tenants (is_default) WHERE is_default;
    ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_tenant ON tenants TO dialplane_tenant USING (id = dialplane_tenant_id());
    GRANT SELECT ON tenants TO dialplane_tenant;

    CREATE TABLE system_state (
      key text PRIMARY KEY,
      value jsonb NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now()
    );

    INSERT INTO tenants (id, slug, name, sip_realm, is_default)
      VALUES (gen_random_uuid(), 'main', 'Main', 'dialplane', true);
  `)
}

export async function down(knex: Knex): Promise<void> {
  // The role is left: other databases of the same cluster may use it.
  await knex.raw(`
    DROP TABLE system_state;
    DROP TABLE tenants;
    DROP FUNCTION dialplane_tenant_id();
  `)
}
