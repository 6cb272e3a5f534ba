import type { Knex } from 'knex'

/** Who is told by e-mail of calls that nobody answered. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE ring_groups ADD COLUMN missed_call_mail text[] NOT NULL DEFAULT '{}' CHECK (cardinality(missed_call_mail) <= 10);
    ALTER TABLE extensions ADD COLUMN missed_call_mail text[] NOT NULL DEFAULT '{}' CHECK (cardinality(missed_call_mail) <= 10)
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE ring_groups DROP COLUMN missed_call_mail; ALTER TABLE extensions DROP COLUMN missed_call_mail')
}
