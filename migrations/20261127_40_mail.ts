import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Where each tenant's mail is handed over, and the mail that waits for it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE mail_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      host text NOT NULL,
      port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
      security text NOT NULL CHECK (security IN ('tls', 'starttls', 'none')),
      username text,
      password_sealed bytea,
      sender text NOT NULL,
      sender_name text NOT NULL DEFAULT '',
      version integer NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE outgoing_mail (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      kind text NOT NULL,
      -- What it is about, such as the voice message that is attached.
      subject_id uuid,
      urgent boolean NOT NULL DEFAULT false,
      recipients text[] NOT NULL CHECK (cardinality(recipients) BETWEEN 1 AND 50),
      title text NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      tries integer NOT NULL DEFAULT 0,
      next_try timestamptz NOT NULL DEFAULT now(),
      last_error text,
      sent_at timestamptz,
      gave_up_at timestamptz,
      UNIQUE (kind, subject_id)
    );
    CREATE INDEX outgoing_mail_waiting ON outgoing_mail (next_try) WHERE sent_at IS NULL AND gave_up_at IS NULL;
    CREATE INDEX outgoing_mail_newest ON outgoing_mail (tenant_id, created_at DESC, id);
    CREATE FUNCTION dialplane_mail_waits() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_mail', '');
        RETURN NULL;
      END $$;
    CREATE TRIGGER waits AFTER INSERT ON outgoing_mail FOR EACH STATEMENT EXECUTE FUNCTION dialplane_mail_waits();

    ALTER TABLE mailboxes
      ADD COLUMN mail_to text[] NOT NULL DEFAULT '{}' CHECK (cardinality(mail_to) <= 10),
      ADD COLUMN mail_attach boolean NOT NULL DEFAULT true,
      ADD COLUMN mail_then text NOT NULL DEFAULT 'keep' CHECK (mail_then IN ('keep', 'heard', 'delete'));
  `)
  await protectTenantTable(knex, 'mail_settings', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'outgoing_mail', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE outgoing_mail, mail_settings;
    DROP FUNCTION dialplane_mail_waits();
    ALTER TABLE mailboxes DROP COLUMN mail_to, DROP COLUMN mail_attach, DROP COLUMN mail_then;
  `)
}
