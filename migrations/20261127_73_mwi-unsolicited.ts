import type { Knex } from 'knex'

/** Whether phones that do not subscribe to waiting messages are told of them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE mailboxes ADD COLUMN mwi_unsolicited boolean NOT NULL DEFAULT true;
    CREATE FUNCTION dialplane_mwi_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('dialplane_voicemail', NEW.id::text);
        RETURN NULL;
      END $$;
    CREATE TRIGGER mwi_changed AFTER UPDATE OF mwi_unsolicited ON mailboxes FOR EACH ROW
      WHEN (OLD.mwi_unsolicited IS DISTINCT FROM NEW.mwi_unsolicited) EXECUTE FUNCTION dialplane_mwi_changed();
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER mwi_changed ON mailboxes;
    DROP FUNCTION dialplane_mwi_changed();
    ALTER TABLE mailboxes DROP COLUMN mwi_unsolicited;
  `)
}
