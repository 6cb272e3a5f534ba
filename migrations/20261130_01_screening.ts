import type { Knex } from 'knex'

/** Extensions may have callers from outside asked for their name before they ring. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`ALTER TABLE extensions ADD COLUMN screening text NOT NULL DEFAULT 'off' CHECK (screening IN ('off', 'unknown', 'outside'))`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN screening')
}
