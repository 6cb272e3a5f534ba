import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Mailboxes, one for each extension, and the messages in them. Their sound is in the data folder. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions ADD COLUMN voicemail boolean NOT NULL DEFAULT true;
    -- What callers of those hear who are there already does not change by itself.
    UPDATE extensions SET voicemail = false;

    CREATE TABLE mailboxes (
      id uuid PRIMARY KEY REFERENCES extensions ON DELETE CASCADE,
      tenant_id uuid NOT NULL REFERENCES tenants,
      pin_sealed bytea,
      ask_own_phone boolean NOT NULL DEFAULT true,
      operator text,
      max_messages integer NOT NULL DEFAULT 100 CHECK (max_messages BETWEEN 1 AND 1000),
      max_seconds integer NOT NULL DEFAULT 180 CHECK (max_seconds BETWEEN 10 AND 1800),
      keep_days integer CHECK (keep_days BETWEEN 1 AND 3650),
      greetings jsonb NOT NULL DEFAULT '{}',
      version integer NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    INSERT INTO mailboxes (id, tenant_id) SELECT id, tenant_id FROM extensions;
    CREATE FUNCTION dialplane_make_mailbox() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO mailboxes (id, tenant_id) VALUES (NEW.id, NEW.tenant_id);
        RETURN NULL;
      END $$;
    CREATE TRIGGER make_mailbox AFTER INSERT ON extensions FOR EACH ROW EXECUTE FUNCTION dialplane_make_mailbox();

    CREATE TABLE voicemail_messages (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
      call_id uuid,
      from_number text NOT NULL,
      from_name text,
      left_at timestamptz NOT NULL,
      seconds real NOT NULL,
      path text NOT NULL,
      stored_at timestamptz,
      bytes integer,
      rate integer,
      sha256 text,
      peaks bytea,
      urgent boolean NOT NULL DEFAULT false,
      heard_at timestamptz,
      deleted_at timestamptz,
      forwarded_by text,
      mailed_at timestamptz
    );
    CREATE INDEX voicemail_messages_box ON voicemail_messages (mailbox_id, left_at);
    CREATE INDEX voicemail_messages_unstored ON voicemail_messages (left_at) WHERE stored_at IS NULL;
    CREATE FUNCTION dialplane_voicemail_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_voicemail', coalesce(NEW.mailbox_id, OLD.mailbox_id)::text);
        RETURN NULL;
      END $$;
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON voicemail_messages
      FOR EACH ROW EXECUTE FUNCTION dialplane_voicemail_changed();
  `)
  await protectTenantTable(knex, 'mailboxes', 'SELECT, INSERT, UPDATE')
  await protectTenantTable(knex, 'voicemail_messages', 'SELECT, INSERT, UPDATE, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE voicemail_messages;
    DROP FUNCTION dialplane_voicemail_changed();
    DROP TRIGGER make_mailbox ON extensions;
    DROP FUNCTION dialplane_make_mailbox();
    DROP TABLE mailboxes;
    ALTER TABLE extensions DROP COLUMN voicemail;
  `)
}
