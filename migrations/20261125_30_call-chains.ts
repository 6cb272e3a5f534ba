import type { Knex } from 'knex'

/** Calls that came out of one another by transfer share the id of the first. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE calls ADD COLUMN root_id uuid;
    UPDATE calls SET root_id = id;
    ALTER TABLE calls ALTER COLUMN root_id SET NOT NULL;
    CREATE INDEX calls_root ON calls (root_id);
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE calls DROP COLUMN root_id')
}
