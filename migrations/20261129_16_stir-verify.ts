import type { Knex } from 'knex'

/** Whose signatures of calls are believed, and what becomes of calls of a trunk without a good one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE stir_settings ADD COLUMN authorities text;
    ALTER TABLE trunks ADD COLUMN verify_calls text NOT NULL DEFAULT 'off' CHECK (verify_calls IN ('off', 'mark', 'refuse', 'require'));
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN verify_calls; ALTER TABLE stir_settings DROP COLUMN authorities')
}
